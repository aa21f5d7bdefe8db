// RUN: tinyts-opt %s --fuse-rows | filecheck %s
// RUN: tinyts-opt %s --fuse-rows=4 --split-height=1 --fold-slices --schedule=df | filecheck %s --check-prefix=SPLIT
// RUN: tinyts-opt %s --fuse-rows=all=true | filecheck %s --check-prefix=ALL
// RUN: tinyts-opt %s --fuse-rows --print-debuginfo | filecheck %s --check-prefix=LOC

#q0 = #tinyts.quant<0.5 : f32, -3>
#q1 = #tinyts.quant<0.25 : f32, -128>
#all = #tinyts.clamp<-128, 127>
#same = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>
#point = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
!x = tensor<1x4x8x3xi8, #q0>
!c = tensor<1x4x8x16xi8, #q1>
!p = tensor<1x4x8x8xi8, #q1>

// A network of three layers, of which the first two are fused: the op is the consumer's
// layer, and keeps its place in the plan.
// CHECK-LABEL: func.func @toy
// CHECK-NEXT: %d = tinyts.fused_rows in(%x : {{.*}}) producer(%w0, %b0 : {{.*}}) consumer(%w1, %b1 : {{.*}}) {
// CHECK-SAME: layer = 2 : i64, stage = 1 : i64, slice = #tinyts.pair<[1, 8]>
// CHECK-SAME: producer = "conv_2d", producer_window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-120, 127>
// CHECK-SAME: input_type = tensor<1x4x8x3xi8, #tinyts.quant<5.000000e-01 : f32, -3>>
// CHECK-SAME: middle_quant = #tinyts.quant<2.500000e-01 : f32, -128>, middle_layer = 1 : i64, middle_rows = #tinyts.pair<[0, 4]>, group = 8 : i64, keep = 2 : i64}
// CHECK-NEXT: tinyts.conv_2d %d
// LOC: tinyts.fused_rows
// LOC-SAME: loc("depthwise")

// Each call computes the rows that its window needs and nobody kept.
// SPLIT-LABEL: func.func @toy
// SPLIT: %[[X:.*]] = tinyts.slice %x <[0, 3], [0, 8]>
// SPLIT-NEXT: %[[D0:.*]], %m0, %m1 = tinyts.fused_rows in(%[[X]] :
// SPLIT-SAME: middle_rows = #tinyts.pair<[0, 2]>, group = 4 : i64, keep = 2 : i64, rect = #tinyts.rect<[0, 1], [0, 8]>}
// SPLIT-NEXT: tinyts.conv_2d %[[D0]]
// SPLIT: %[[X:.*]] = tinyts.slice %x <[1, 4], [0, 8]>
// SPLIT-NEXT: %[[D1:.*]], %m2 = tinyts.fused_rows kept(%m0, %m1 : {{.*}} in(%[[X]] :
// SPLIT-SAME: middle_rows = #tinyts.pair<[2, 3]>
// SPLIT-NEXT: tinyts.conv_2d %[[D1]]
// SPLIT: %[[X:.*]] = tinyts.slice %x <[2, 4], [0, 8]>
// SPLIT-NEXT: %[[D2:.*]], %m3 = tinyts.fused_rows kept(%m1, %m2 : {{.*}} in(%[[X]] :
// SPLIT-SAME: middle_rows = #tinyts.pair<[3, 4]>
// SPLIT-NEXT: tinyts.conv_2d %[[D2]]
// SPLIT-NEXT: %[[D3:.*]] = tinyts.fused_rows kept(%m2, %m3 : {{[^)]*}}) producer
// SPLIT-SAME: middle_rows = #tinyts.pair<[4, 4]>
// SPLIT-NEXT: tinyts.conv_2d %[[D3]]
// SPLIT-NEXT: tinyts.concat
func.func @toy(%x: !x, %w0: tensor<16x3x3x3xi8>, %b0: tensor<16xi32>, %w1: tensor<1x3x3x16xi8>, %b1: tensor<16xi32>, %w2: tensor<8x1x1x16xi8>, %b2: tensor<8xi32>) -> !p {
  %c = tinyts.conv_2d %x weights(%w0, %b0) {window = #same, clamp = #tinyts.clamp<-120, 127>, weight_scales = dense<0.5> : tensor<16xf32>, layer = 1, stage = 0, fuse = "rows"} : (!x, tensor<16x3x3x3xi8>, tensor<16xi32>) -> !c
  %d = tinyts.depthwise_conv_2d %c weights(%w1, %b1) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<16xf32>, layer = 2, stage = 1, slice = #tinyts.pair<[1, 8]>} : (!c, tensor<1x3x3x16xi8>, tensor<16xi32>) -> !c loc("depthwise")
  %p = tinyts.conv_2d %d weights(%w2, %b2) {window = #point, clamp = #all, weight_scales = dense<0.5> : tensor<8xf32>, layer = 3} : (!c, tensor<8x1x1x16xi8>, tensor<8xi32>) -> !p
  return %p : !p
}

// Without attributes pairs are fused from the top: what is the second of a pair is not
// the first of another, and a result with two readers stays.
// ALL-LABEL: func.func @chain
// ALL-NEXT: %b = tinyts.fused_rows in(%x
// ALL-SAME: producer = "depthwise_conv_2d"
// ALL-SAME: group = 3 : i64
// ALL-NEXT: %c = tinyts.depthwise_conv_2d %b
// ALL-NEXT: %d = tinyts.depthwise_conv_2d %c
// ALL-NEXT: return %c, %d
// CHECK-LABEL: func.func @chain
// CHECK-COUNT-4: tinyts.depthwise_conv_2d
func.func @chain(%x: !x, %w: tensor<1x3x3x3xi8>, %v: tensor<3xi32>) -> (!x, !x) {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  %c = tinyts.depthwise_conv_2d %b weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  %d = tinyts.depthwise_conv_2d %c weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  return %c, %d : !x, !x
}

// An op says how many channels are computed at a time, and how many rows it keeps: with
// less than windows share, rows are computed again.
// SPLIT-LABEL: func.func @recomputed
// SPLIT: %[[Y:.*]], %m0 = tinyts.fused_rows in(
// SPLIT-SAME: middle_rows = #tinyts.pair<[0, 2]>, group = 2 : i64, keep = 1 : i64
// SPLIT: tinyts.fused_rows kept(%m0 : {{.*}} in(
// SPLIT-SAME: middle_rows = #tinyts.pair<[1, 3]>
// SPLIT-SAME: stored(
func.func @recomputed(%x: !x, %w: tensor<1x3x3x3xi8>, %v: tensor<3xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>, fuse = "rows", group = 2, keep = 1} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> !x
  return %b : !x
}

// Pixel by pixel: a depthwise convolution and a 1x1 convolution.
// CHECK-LABEL: func.func @pixels
// CHECK-NEXT: %p = tinyts.fused_pixels %x producer(%w, %v) consumer(%w2, %b2) {
// CHECK-SAME: window = #tinyts.window<[3, 3], stride [2, 1], pads [1, 1, 1, 1]>
// CHECK-SAME: layer = 9 : i64
// CHECK-SAME: middle_layer = 8 : i64
// SPLIT-LABEL: func.func @pixels
// SPLIT: %[[X:.*]] = tinyts.slice %x <[0, 2], [0, 8]>
// SPLIT-NEXT: tinyts.fused_pixels %[[X]]
// SPLIT-SAME: pads [1, 0, 1, 1]>
func.func @pixels(%x: !x, %w: tensor<1x3x3x3xi8>, %v: tensor<3xi32>, %w2: tensor<8x1x1x3xi8>, %b2: tensor<8xi32>) -> tensor<1x2x8x8xi8, #q1> {
  %d = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [2, 1], pads [1, 1, 1, 1]>, clamp = #all, weight_scales = dense<0.5> : tensor<3xf32>, layer = 8, fuse = "pixels"} : (!x, tensor<1x3x3x3xi8>, tensor<3xi32>) -> tensor<1x2x8x3xi8, #q1>
  %p = tinyts.conv_2d %d weights(%w2, %b2) {window = #point, clamp = #all, weight_scales = dense<0.5> : tensor<8xf32>, layer = 9} : (tensor<1x2x8x3xi8, #q1>, tensor<8x1x1x3xi8>, tensor<8xi32>) -> tensor<1x2x8x8xi8, #q1>
  return %p : tensor<1x2x8x8xi8, #q1>
}
