// RUN: tinyts-opt %s --fold-depthwise | filecheck %s

// The weights of one input channel are those of a convolution, turned.
// CHECK-LABEL: func.func @one_channel
// CHECK: %[[W:.*]] = tinyts.constant dense<{{\[\[\[\[1\], \[3\]\]\], \[\[\[2\], \[4\]\]\]\]}}> : tensor<2x1x2x1xi8>
// CHECK: tinyts.conv_2d %{{.*}} weights(%[[W]], %{{.*}}) {layer = 4
// CHECK-NOT: tinyts.depthwise_conv_2d

// As many output channels as input channels: there are kernels for that.
// CHECK-LABEL: func.func @two_channels
// CHECK: tinyts.depthwise_conv_2d

// Two output channels each: the other input channel has weights of zero.
// CHECK-LABEL: func.func @twice_two_channels
// CHECK: tinyts.constant dense<{{\[\[\[\[1, 0\], \[5, 0\]\]\], \[\[\[2, 0\], \[6, 0\]\]\], \[\[\[0, 3\], \[0, 7\]\]\], \[\[\[0, 4\], \[0, 8\]\]\]\]}}> : tensor<4x1x2x2xi8>
// CHECK: tinyts.conv_2d
// CHECK-NOT: tinyts.depthwise_conv_2d

#q = #tinyts.quant<0.5 : f32, 0>

func.func @one_channel(%x: tensor<1x4x4x1xi8, #q>) -> tensor<1x4x3x2xi8, #q> {
  %w = tinyts.constant dense<[[[[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %b = tinyts.constant dense<0> : tensor<2xi32>
  %y = tinyts.depthwise_conv_2d %x weights(%w, %b) {layer = 4 : i64, window = #tinyts.window<[1, 2], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (tensor<1x4x4x1xi8, #q>, tensor<1x1x2x2xi8>, tensor<2xi32>) -> tensor<1x4x3x2xi8, #q>
  return %y : tensor<1x4x3x2xi8, #q>
}

func.func @two_channels(%x: tensor<1x4x4x2xi8, #q>) -> tensor<1x4x3x2xi8, #q> {
  %w = tinyts.constant dense<[[[[1, 2], [3, 4]]]]> : tensor<1x1x2x2xi8>
  %b = tinyts.constant dense<0> : tensor<2xi32>
  %y = tinyts.depthwise_conv_2d %x weights(%w, %b) {layer = 4 : i64, window = #tinyts.window<[1, 2], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x1x2x2xi8>, tensor<2xi32>) -> tensor<1x4x3x2xi8, #q>
  return %y : tensor<1x4x3x2xi8, #q>
}

func.func @twice_two_channels(%x: tensor<1x4x4x2xi8, #q>) -> tensor<1x4x3x4xi8, #q> {
  %w = tinyts.constant dense<[[[[1, 2, 3, 4], [5, 6, 7, 8]]]]> : tensor<1x1x2x4xi8>
  %b = tinyts.constant dense<0> : tensor<4xi32>
  %y = tinyts.depthwise_conv_2d %x weights(%w, %b) {layer = 4 : i64, window = #tinyts.window<[1, 2], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x1x2x4xi8>, tensor<4xi32>) -> tensor<1x4x3x4xi8, #q>
  return %y : tensor<1x4x3x4xi8, #q>
}
