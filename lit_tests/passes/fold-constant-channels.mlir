// RUN: tinyts-opt %s --fold-constant-channels | filecheck %s
// RUN: tinyts-opt %s --fold-constant-channels -o %t.mlir
// RUN: tinyts-opt %t.mlir --fold-constant-channels | diff %t.mlir -
// RUN: tinyts-opt %s --fold-constant-channels --print-debuginfo | filecheck %s --check-prefix=LOC

#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
!y = tensor<1x4x4x3xi8, #q>

// Channel 1 has no weights, so that it is its bias, 7 * 0.5 / 0.5. The reader's bias
// takes what it contributed: 10 + 7 * 4 and 20 + 7 * 5.
// CHECK-LABEL: func.func @into_bias
// CHECK-NEXT: %[[W:.*]] = tinyts.constant dense<{{\[\[\[\[1, 2\]\]\], \[\[\[3, 4\]\]\]\]}}> : tensor<2x1x1x2xi8>
// CHECK-NEXT: %[[B:.*]] = tinyts.constant dense<[1, 3]> : tensor<2xi32>
// CHECK-NEXT: %[[MID:.*]] = tinyts.conv_2d %x weights(%[[W]], %[[B]])
// CHECK-SAME: weight_scales = dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
// CHECK-SAME: constant_channels = #tinyts.constant_channels<{1: 7}>
// CHECK-SAME: -> tensor<1x4x4x2xi8,
// CHECK: %[[V:.*]] = tinyts.constant dense<{{\[\[\[\[1, 1\]\]\], \[\[\[2, 2\]\]\]\]}}> : tensor<2x1x1x2xi8>
// CHECK-NEXT: %[[C:.*]] = tinyts.constant dense<[38, 55]> : tensor<2xi32>
// CHECK-NEXT: tinyts.conv_2d %[[MID]] weights(%[[V]], %[[C]])
// CHECK-NOT: constant_channels
// CHECK: return
// LOC-LABEL: func.func @into_bias
// LOC: tinyts.conv_2d {{.*}} loc("middle")
// LOC: tinyts.conv_2d {{.*}} loc("result")
func.func @into_bias(%x: !x) -> !x {
  %w = tinyts.constant dense<[[[[1, 2]]], [[[0, 0]]], [[[3, 4]]]]> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<[1, 7, 3]> : tensor<3xi32>
  %v = tinyts.constant dense<[[[[1, 4, 1]]], [[[2, 5, 2]]]]> : tensor<2x1x1x3xi8>
  %c = tinyts.constant dense<[10, 20]> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<[1.0, 1.0, 0.25]> : tensor<3xf32>} : (!x, tensor<3x1x1x2xi8>, tensor<3xi32>) -> !y loc("middle")
  %z = tinyts.conv_2d %y weights(%v, %c) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<2xf32>} : (!y, tensor<2x1x1x3xi8>, tensor<2xi32>) -> !x loc("result")
  return %z : !x
}

// A depthwise convolution and a pool between them lose the channel too.
// CHECK-LABEL: func.func @through_depthwise
// CHECK: tinyts.conv_2d
// CHECK-SAME: constant_channels<{1: 7}>{{.*}} -> tensor<1x4x4x2xi8,
// CHECK: tinyts.depthwise_conv_2d
// CHECK-SAME: weight_scales = dense<1.000000e+00> : tensor<2xf32>
// CHECK-SAME: constant_channels<{1: 15}>{{.*}} -> tensor<1x4x4x2xi8,
// CHECK: tinyts.max_pool_2d
// CHECK-SAME: constant_channels<{1: 15}>{{.*}} -> tensor<1x4x4x2xi8,
// CHECK: tinyts.conv_2d
func.func @through_depthwise(%x: !x) -> !x {
  %w = tinyts.constant dense<[[[[1, 2]]], [[[0, 0]]], [[[3, 4]]]]> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<[1, 7, 3]> : tensor<3xi32>
  %d = tinyts.constant dense<2> : tensor<1x1x1x3xi8>
  %e = tinyts.constant dense<1> : tensor<3xi32>
  %v = tinyts.constant dense<1> : tensor<2x1x1x3xi8>
  %c = tinyts.constant dense<[10, 20]> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (!x, tensor<3x1x1x2xi8>, tensor<3xi32>) -> !y
  %u = tinyts.depthwise_conv_2d %y weights(%d, %e) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (!y, tensor<1x1x1x3xi8>, tensor<3xi32>) -> !y
  %p = tinyts.max_pool_2d %u {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!y) -> !y
  %z = tinyts.conv_2d %p weights(%v, %c) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<2xf32>} : (!y, tensor<2x1x1x3xi8>, tensor<2xi32>) -> !x
  return %z : !x
}

// What varies but nothing reads goes as well; its value is not known.
// CHECK-LABEL: func.func @unread
// CHECK: tinyts.conv_2d
// CHECK-SAME: constant_channels<{2: ?}>{{.*}} -> tensor<1x4x4x2xi8,
func.func @unread(%x: !x) -> !x {
  %w = tinyts.constant dense<1> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<0> : tensor<3xi32>
  %v = tinyts.constant dense<[[[[1, 4, 0]]], [[[2, 5, 0]]]]> : tensor<2x1x1x3xi8>
  %c = tinyts.constant dense<0> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (!x, tensor<3x1x1x2xi8>, tensor<3xi32>) -> !y
  %z = tinyts.conv_2d %y weights(%v, %c) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<2xf32>} : (!y, tensor<2x1x1x3xi8>, tensor<2xi32>) -> !x
  return %z : !x
}

// The user of an output reads all of its channels, so that its constant one stays.
// CHECK-LABEL: func.func @output
// CHECK-NOT: constant_channels
// CHECK: tinyts.conv_2d
// CHECK-NOT: constant_channels
// CHECK-SAME: -> tensor<1x4x4x3xi8,
func.func @output(%x: !x) -> !y {
  %w = tinyts.constant dense<[[[[1, 2]]], [[[0, 0]]], [[[3, 4]]]]> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<[1, 7, 3]> : tensor<3xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (!x, tensor<3x1x1x2xi8>, tensor<3xi32>) -> !y
  return %y : !y
}

// Where pixels of the border skip the channel, its contribution is not one number.
// CHECK-LABEL: func.func @padded
// CHECK: tinyts.conv_2d
// CHECK-SAME: -> tensor<1x4x4x3xi8,
// CHECK: return
func.func @padded(%x: !x) -> !x {
  %w = tinyts.constant dense<[[[[1, 2]]], [[[0, 0]]], [[[3, 4]]]]> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<[1, 7, 3]> : tensor<3xi32>
  %v = tinyts.constant dense<1> : tensor<2x3x3x3xi8>
  %c = tinyts.constant dense<0> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (!x, tensor<3x1x1x2xi8>, tensor<3xi32>) -> !y
  %z = tinyts.conv_2d %y weights(%v, %c) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<2xf32>} : (!y, tensor<2x3x3x3xi8>, tensor<2xi32>) -> !x
  return %z : !x
}
