// RUN: tinyts-opt %s --fuse-pad | filecheck %s
// RUN: tinyts-opt %s --fuse-pad --print-debuginfo | filecheck %s --check-prefix=LOC

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x4x2xi8, #q>
!padded = tensor<1x6x7x2xi8, #q>
!wider = tensor<1x4x4x3xi8, #q>
!w = tensor<2x3x3x2xi8>
!dw = tensor<1x3x3x2xi8>
!b = tensor<2xi32>

// The pads of both add up; nothing else of the convolution changes.
// CHECK-LABEL: func.func @into_convolution
// CHECK-NOT: tinyts.pad
// CHECK: tinyts.conv_2d %x weights(%w, %b) {
// CHECK-SAME: window = #tinyts.window<[3, 3], stride [2, 1], pads [1, 2, 1, 3]>
// CHECK-SAME: clamp = #tinyts.clamp<-3, 5>
// CHECK-SAME: layer = 9
// CHECK-SAME: (tensor<1x4x4x2xi8, {{.*}}) -> tensor<1x3x6x2xi8,
// LOC-LABEL: @into_convolution
// LOC: tinyts.conv_2d
// LOC-SAME: loc("conv")
func.func @into_convolution(%x: !x, %w: !w, %b: !b) -> tensor<1x3x6x2xi8, #q> {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>, layer = 8} : (!x) -> !padded
  %y = tinyts.conv_2d %p weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 1], pads [0, 1, 0, 1]>, clamp = #tinyts.clamp<-3, 5>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 9} : (!padded, !w, !b) -> tensor<1x3x6x2xi8, #q> loc("conv")
  return %y : tensor<1x3x6x2xi8, #q>
}

// CHECK-LABEL: func.func @into_depthwise
// CHECK-NOT: tinyts.pad
// CHECK: tinyts.depthwise_conv_2d %x weights(%w, %b) {
// CHECK-SAME: window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 2], dilation [2, 1]>
func.func @into_depthwise(%x: !x, %w: !dw, %b: !b) -> tensor<1x2x5x2xi8, #q> {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>} : (!x) -> !padded
  %y = tinyts.depthwise_conv_2d %p weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0], dilation [2, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!padded, !dw, !b) -> tensor<1x2x5x2xi8, #q>
  return %y : tensor<1x2x5x2xi8, #q>
}

// CHECK-LABEL: func.func @pad_of_pad
// CHECK-NOT: tinyts.pad
// CHECK: tinyts.depthwise_conv_2d %x
// CHECK-SAME: pads [2, 0, 0, 0]
func.func @pad_of_pad(%x: !x, %w: !dw, %b: !b) -> tensor<1x4x2x2xi8, #q> {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 0, 0, 0]>} : (!x) -> tensor<1x5x4x2xi8, #q>
  %r = tinyts.pad %p {pads = #tinyts.pads<[1, 0, 0, 0]>} : (tensor<1x5x4x2xi8, #q>) -> tensor<1x6x4x2xi8, #q>
  %y = tinyts.depthwise_conv_2d %r weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (tensor<1x6x4x2xi8, #q>, !dw, !b) -> tensor<1x4x2x2xi8, #q>
  return %y : tensor<1x4x2x2xi8, #q>
}

// Only the convolution can do without; the pad stays for the other reader.
// CHECK-LABEL: func.func @two_readers
// CHECK: %p = tinyts.pad %x
// CHECK: tinyts.depthwise_conv_2d %x
// CHECK: tinyts.max_pool_2d %p
func.func @two_readers(%x: !x, %w: !dw, %b: !b) -> (tensor<1x4x5x2xi8, #q>, !padded) {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>} : (!x) -> !padded
  %y = tinyts.depthwise_conv_2d %p weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!padded, !dw, !b) -> tensor<1x4x5x2xi8, #q>
  %z = tinyts.max_pool_2d %p {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!padded) -> !padded
  return %y, %z : tensor<1x4x5x2xi8, #q>, !padded
}

// A window has no channel pads.
// CHECK-LABEL: func.func @channels
// CHECK: %p = tinyts.pad %x
// CHECK: tinyts.depthwise_conv_2d %p
func.func @channels(%x: !x, %w: tensor<1x3x3x3xi8>, %b: tensor<3xi32>) -> tensor<1x2x2x3xi8, #q> {
  %p = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>, channel_pads = #tinyts.pair<[0, 1]>} : (!x) -> !wider
  %y = tinyts.depthwise_conv_2d %p weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (!wider, tensor<1x3x3x3xi8>, tensor<3xi32>) -> tensor<1x2x2x3xi8, #q>
  return %y : tensor<1x2x2x3xi8, #q>
}

// CHECK-LABEL: func.func @identity
// CHECK-NEXT: func.return %x :
func.func @identity(%x: !x) -> !x {
  %p = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>, channel_pads = #tinyts.pair<[0, 0]>} : (!x) -> !x
  return %p : !x
}

// A pool takes the least value as padding, no other one.
// CHECK-LABEL: func.func @into_max_pool
// CHECK-NOT: tinyts.pad
// CHECK: tinyts.max_pool_2d %x {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 2]>
func.func @into_max_pool(%x: !x) -> tensor<1x4x5x2xi8, #q> {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>, value = -128} : (!x) -> !padded
  %y = tinyts.max_pool_2d %p {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!padded) -> tensor<1x4x5x2xi8, #q>
  return %y : tensor<1x4x5x2xi8, #q>
}

// CHECK-LABEL: func.func @other_values
// CHECK: tinyts.pad
// CHECK: tinyts.max_pool_2d
// CHECK: tinyts.pad
// CHECK: tinyts.conv_2d
func.func @other_values(%x: !x, %w: !w, %b: !b) -> (tensor<1x4x5x2xi8, #q>, tensor<1x4x5x2xi8, #q>) {
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>} : (!x) -> !padded
  %y = tinyts.max_pool_2d %p {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!padded) -> tensor<1x4x5x2xi8, #q>
  %v = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 2]>, value = 5} : (!x) -> !padded
  %z = tinyts.conv_2d %v weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-3, 5>, weight_scales = dense<0.5> : tensor<2xf32>} : (!padded, !w, !b) -> tensor<1x4x5x2xi8, #q>
  return %y, %z : tensor<1x4x5x2xi8, #q>, tensor<1x4x5x2xi8, #q>
}
