// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Two convolutions as one op, and reductions in steps, in both forms.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x6x2xi8, #q>
!row = tensor<1x1x6x2xi8, #q>
!sums = tensor<1x1x1x2xi32>
#same = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>
#all = #tinyts.clamp<-128, 127>

// CHECK-LABEL: func.func @rows
func.func @rows(%x01: tensor<1x2x6x2xi8, #q>, %x12: tensor<1x2x6x2xi8, #q>, %x3: !row, %w: tensor<2x1x1x2xi8>, %b: tensor<2xi32>, %v: tensor<1x3x3x2xi8>, %c: tensor<2xi32>) {
  // The first part computes two rows and hands both on.
  // CHECK-NEXT: %y0, %m0, %m1 = tinyts.fused_rows in(%x01 : tensor<1x2x6x2xi8,
  // CHECK-SAME: producer(%w, %b : tensor<2x1x1x2xi8>, tensor<2xi32>) consumer(%v, %c : tensor<1x3x3x2xi8>, tensor<2xi32>)
  // CHECK-SAME: middle_rows = #tinyts.pair<[0, 2]>
  // CHECK-SAME: -> tensor<1x1x6x2xi8, #tinyts.quant<5.000000e-01 : f32, -3>> stored(tensor<1x1x6x2xi8, {{.*}}, tensor<1x1x6x2xi8,
  // GENERIC: "tinyts.fused_rows"(%x01, %w, %b, %v, %c) <{
  // GENERIC-SAME: operandSegmentSizes = array<i32: 0, 1, 1, 1, 1, 1, 0, 0>
  %y0, %m0, %m1 = tinyts.fused_rows in(%x01 : tensor<1x2x6x2xi8, #q>) producer(%w, %b : tensor<2x1x1x2xi8>, tensor<2xi32>) consumer(%v, %c : tensor<1x3x3x2xi8>, tensor<2xi32>) {producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #all, producer_scales = dense<0.5> : tensor<2xf32>, input_type = !x, middle_quant = #q, middle_layer = 4, middle_rows = #tinyts.pair<[0, 2]>, window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<2xf32>, group = 1, keep = 2, layer = 5, rect = #tinyts.rect<[0, 1], [0, 6]>} -> !row stored(!row, !row)
  // Two output rows at a time.
  // CHECK-NEXT: %y1, %m2, %m3 = tinyts.fused_rows kept(%m0, %m1 : {{.*}} in(%x12
  // CHECK-SAME: middle_rows = #tinyts.pair<[2, 4]>
  // GENERIC: "tinyts.fused_rows"(%m0, %m1, %x12, %w, %b, %v, %c) <{
  %y1, %m2, %m3 = tinyts.fused_rows kept(%m0, %m1 : !row, !row) in(%x12 : tensor<1x2x6x2xi8, #q>) producer(%w, %b : tensor<2x1x1x2xi8>, tensor<2xi32>) consumer(%v, %c : tensor<1x3x3x2xi8>, tensor<2xi32>) {producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #all, producer_scales = dense<0.5> : tensor<2xf32>, input_type = !x, middle_quant = #q, middle_layer = 4, middle_rows = #tinyts.pair<[2, 4]>, window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<2xf32>, group = 1, keep = 2, layer = 5, rect = #tinyts.rect<[1, 3], [0, 6]>} -> tensor<1x2x6x2xi8, #q> stored(!row, !row)
  // CHECK-NEXT: tinyts.fused_rows kept(%m2, %m3 : {{[^)]*}}) producer(
  // CHECK-SAME: middle_rows = #tinyts.pair<[4, 4]>
  %y3 = tinyts.fused_rows kept(%m2, %m3 : !row, !row) producer(%w, %b : tensor<2x1x1x2xi8>, tensor<2xi32>) consumer(%v, %c : tensor<1x3x3x2xi8>, tensor<2xi32>) {producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #all, producer_scales = dense<0.5> : tensor<2xf32>, input_type = !x, middle_quant = #q, middle_layer = 4, middle_rows = #tinyts.pair<[4, 4]>, window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<2xf32>, group = 1, keep = 2, layer = 5, rect = #tinyts.rect<[3, 4], [0, 6]>} -> !row
  return
}

// CHECK-LABEL: func.func @pixels
func.func @pixels(%x: !x, %v: tensor<1x3x3x4xi8>, %c: tensor<4xi32>, %w: tensor<5x1x1x4xi8>, %b: tensor<5xi32>) {
  // CHECK-NEXT: %y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>,
  // CHECK-SAME: -> tensor<1x1x2x5xi8,
  // GENERIC: "tinyts.fused_pixels"(%x, %v, %c, %w, %b) <{
  %y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [0, 0, 0, 0]>, producer_clamp = #all, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, middle_layer = 3, clamp = #all, weight_scales = dense<0.5> : tensor<5xf32>} : (!x, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x1x2x5xi8, #q>
  return
}

// CHECK-LABEL: func.func @steps
func.func @steps(%x: tensor<1x3x6x2xi8, #q>, %r: !row, %w: tensor<2x48xi8>, %b: tensor<2xi32>) {
  // CHECK-NEXT: %s = tinyts.mean_step input(%x) {rows = #tinyts.pair<[0, 3]>, height = 4 : i64} : (tensor<1x3x6x2xi8, {{.*}}) -> tensor<1x1x1x2xi32>
  // GENERIC: "tinyts.mean_step"(%x) <{
  %s = tinyts.mean_step input(%x) {rows = #tinyts.pair<[0, 3]>, height = 4} : (tensor<1x3x6x2xi8, #q>) -> !sums
  // CHECK-NEXT: %m = tinyts.mean_step sums(%s) input(%r) {rows = #tinyts.pair<[3, 4]>, height = 4 : i64, layer = 7 : i64} : (tensor<1x1x1x2xi32>, tensor<1x1x6x2xi8, {{.*}}) -> tensor<1x1x1x2xi8,
  // GENERIC: "tinyts.mean_step"(%s, %r) <{
  %m = tinyts.mean_step sums(%s) input(%r) {rows = #tinyts.pair<[3, 4]>, height = 4, layer = 7} : (!sums, !row) -> tensor<1x1x1x2xi8, #tinyts.quant<0.25 : f32, 1>>
  // CHECK-NEXT: tinyts.average_pool_2d_step input(%r) {rows = #tinyts.pair<[0, 1]>, height = 4 : i64, window = #tinyts.window<[4, 6], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>}
  %p = tinyts.average_pool_2d_step input(%r) {rows = #tinyts.pair<[0, 1]>, height = 4, window = #tinyts.window<[4, 6], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #all} : (!row) -> !sums
  // CHECK-NEXT: tinyts.average_pool_2d_step sums(%p) input(%x)
  // CHECK-SAME: -> tensor<1x1x1x2xi8,
  %q = tinyts.average_pool_2d_step sums(%p) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4, window = #tinyts.window<[4, 6], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #all} : (!sums, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>
  // CHECK-NEXT: tinyts.fully_connected_step input(%r) weights(%w, %b) {rows = #tinyts.pair<[0, 1]>, height = 4 : i64, input_quant = #tinyts.quant<1.000000e+00 : f32, 2>,
  %t = tinyts.fully_connected_step input(%r) weights(%w, %b) {rows = #tinyts.pair<[0, 1]>, height = 4, input_quant = #tinyts.quant<1.0 : f32, 2>, clamp = #all, weight_scales = dense<0.5> : tensor<1xf32>} : (!row, tensor<2x48xi8>, tensor<2xi32>) -> !sums
  // CHECK-NEXT: tinyts.fully_connected_step sums(%t) input(%x) weights(%w, %b)
  // CHECK-SAME: -> tensor<1x2xi8,
  // GENERIC: "tinyts.fully_connected_step"(%t, %x, %w, %b) <{
  %u = tinyts.fully_connected_step sums(%t) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #tinyts.quant<1.0 : f32, 2>, clamp = #all, weight_scales = dense<0.5> : tensor<1xf32>} : (!sums, tensor<1x3x6x2xi8, #q>, tensor<2x48xi8>, tensor<2xi32>) -> tensor<1x2xi8, #q>
  return
}
