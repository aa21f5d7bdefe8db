// RUN: tinyts-opt %s --split-height=1 | filecheck %s
// RUN: tinyts-opt %s --split-height=2 | filecheck %s --check-prefix=TWO
// RUN: tinyts-opt %s --split-height=1 --print-debuginfo | filecheck %s --check-prefix=LOC
// RUN: tinyts-opt %s --split-height=2 --split-height=1 | filecheck %s --check-prefix=TWICE

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x5x4x2xi8, #q>

// Every slice keeps the pads at its own border and says which rows it computes.
// CHECK-LABEL: func.func @window
// CHECK: tinyts.slice %x <[0, 2], [0, 4]>
// CHECK: tinyts.depthwise_conv_2d
// CHECK-SAME: stride [2, 1], pads [1, 0, 1, 1]>
// CHECK-SAME: layer = 7 : i64, rect = #tinyts.rect<[0, 1], [0, 4]>
// CHECK-SAME: -> tensor<1x1x4x2xi8,
// CHECK: tinyts.slice %x <[1, 4], [0, 4]>
// CHECK: tinyts.depthwise_conv_2d
// CHECK-SAME: pads [0, 0, 1, 1]>
// CHECK-SAME: rect = #tinyts.rect<[1, 2], [0, 4]>
// CHECK: tinyts.slice %x <[3, 5], [0, 4]>
// CHECK: tinyts.depthwise_conv_2d
// CHECK-SAME: pads [0, 1, 1, 1]>
// CHECK-SAME: rect = #tinyts.rect<[2, 3], [0, 4]>
// CHECK: %y = tinyts.concat
// CHECK-SAME: {places = [#tinyts.rect<[0, 1], [0, 4]>, #tinyts.rect<[1, 2], [0, 4]>, #tinyts.rect<[2, 3], [0, 4]>]}
// CHECK-SAME: -> tensor<1x3x4x2xi8,
// CHECK-NEXT: return %y

// The last slice is smaller.
// TWO-LABEL: func.func @window
// TWO: tinyts.slice %x <[0, 4], [0, 4]>
// TWO: tinyts.depthwise_conv_2d
// TWO-SAME: rect = #tinyts.rect<[0, 2], [0, 4]>
// TWO: tinyts.slice %x <[3, 5], [0, 4]>
// TWO: tinyts.depthwise_conv_2d
// TWO-SAME: rect = #tinyts.rect<[2, 3], [0, 4]>
// TWO: places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 3], [0, 4]>]

// Rows are counted in the layer's tensor, also when a slice is cut again.
// TWICE-LABEL: func.func @window
// TWICE: pads [1, 0, 1, 1]>
// TWICE-SAME: rect = #tinyts.rect<[0, 1], [0, 4]>
// TWICE: pads [0, 0, 1, 1]>
// TWICE-SAME: rect = #tinyts.rect<[1, 2], [0, 4]>
// TWICE: pads [0, 1, 1, 1]>
// TWICE-SAME: rect = #tinyts.rect<[2, 3], [0, 4]>

// LOC-LABEL: func.func @window
// LOC: tinyts.depthwise_conv_2d
// LOC-SAME: loc("conv")
// LOC: tinyts.concat
// LOC-SAME: loc("conv")
func.func @window(%x: !x, %w: tensor<1x3x3x2xi8>, %b: tensor<2xi32>) -> tensor<1x3x4x2xi8, #q> {
  %y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> tensor<1x3x4x2xi8, #q> loc("conv")
  return %y : tensor<1x3x4x2xi8, #q>
}

// A slice that lies in the padding reads a row and crops it.
// CHECK-LABEL: func.func @padding
// CHECK: tinyts.slice %x <[0, 1], [0, 4]>
// CHECK: tinyts.pad
// CHECK-SAME: pads = #tinyts.pads<[2, -2, 0, 0]>
// CHECK: tinyts.slice %x <[0, 1], [0, 4]>
// CHECK: tinyts.pad
// CHECK-SAME: pads = #tinyts.pads<[1, -1, 0, 0]>
// CHECK: tinyts.slice %x <[0, 1], [0, 4]>
// CHECK: tinyts.pad
// CHECK-SAME: pads = #tinyts.pads<[0, 0, 0, 0]>
func.func @padding(%x: !x) -> tensor<1x7x4x2xi8, #q> {
  %y = tinyts.pad %x {pads = #tinyts.pads<[2, 0, 0, 0]>} : (!x) -> tensor<1x7x4x2xi8, #q>
  return %y : tensor<1x7x4x2xi8, #q>
}

// An input of one row is broadcast: every slice reads all of it.
// CHECK-LABEL: func.func @broadcast
// CHECK: %[[ROW:.*]] = tinyts.slice %x <[0, 1], [0, 4]>
// CHECK-NEXT: tinyts.mul %[[ROW]], %r {
// CHECK: %[[ROW:.*]] = tinyts.slice %x <[1, 2], [0, 4]>
// CHECK-NEXT: tinyts.mul %[[ROW]], %r {
func.func @broadcast(%x: !x, %r: tensor<1x1x4x2xi8, #q>) -> !x {
  %y = tinyts.mul %x, %r {clamp = #tinyts.clamp<-128, 127>} : (!x, tensor<1x1x4x2xi8, #q>) -> !x
  return %y : !x
}

// A slice has no operand of which it needs nothing.
// CHECK-LABEL: func.func @join_rows
// CHECK: %[[A:.*]] = tinyts.concatenation %u {axis = 1 : i64
// CHECK-SAME: rect = #tinyts.rect<[0, 1], [0, 4]>
// CHECK: %[[V:.*]] = tinyts.slice %v <[0, 1], [0, 4]>
// CHECK-NEXT: tinyts.concatenation %[[V]] {
// TWO-LABEL: func.func @join_rows
// TWO: %[[V:.*]] = tinyts.slice %v <[0, 1], [0, 4]>
// TWO-NEXT: tinyts.concatenation %u, %[[V]] {
func.func @join_rows(%u: tensor<1x1x4x2xi8, #q>, %v: tensor<1x2x4x2xi8, #q>) -> tensor<1x3x4x2xi8, #q> {
  %y = tinyts.concatenation %u, %v {axis = 1} : (tensor<1x1x4x2xi8, #q>, tensor<1x2x4x2xi8, #q>) -> tensor<1x3x4x2xi8, #q>
  return %y : tensor<1x3x4x2xi8, #q>
}

// CHECK-LABEL: func.func @join_channels
// CHECK: %[[U:.*]] = tinyts.slice %u <[0, 1], [0, 4]>
// CHECK-NEXT: %[[V:.*]] = tinyts.slice %v <[0, 1], [0, 4]>
// CHECK-NEXT: tinyts.concatenation %[[U]], %[[V]] {axis = 3
func.func @join_channels(%u: tensor<1x2x4x2xi8, #q>, %v: tensor<1x2x4x3xi8, #q>) -> tensor<1x2x4x5xi8, #q> {
  %y = tinyts.concatenation %u, %v {axis = 3} : (tensor<1x2x4x2xi8, #q>, tensor<1x2x4x3xi8, #q>) -> tensor<1x2x4x5xi8, #q>
  return %y : tensor<1x2x4x5xi8, #q>
}

// What has no rank of 4, or one row, stays whole. Every op has the number of a layer.
// CHECK-LABEL: func.func @whole
// CHECK-NEXT: tinyts.mean %x {axes = [1 : i64], layer = {{[0-9]+}} : i64}
func.func @whole(%x: !x, %v: tensor<3x8xi8, #q>) -> tensor<3x8xi8, #q> {
  %m = tinyts.mean %x {axes = [1]} : (!x) -> tensor<1x1x4x2xi8, #q>
  %y = tinyts.mul %v, %v {clamp = #tinyts.clamp<-128, 127>} : (tensor<3x8xi8, #q>, tensor<3x8xi8, #q>) -> tensor<3x8xi8, #q>
  return %y : tensor<3x8xi8, #q>
}
