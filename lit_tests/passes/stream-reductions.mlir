// RUN: tinyts-opt %s --stream-reductions | filecheck %s
// RUN: tinyts-opt %s --stream-reductions=true | filecheck %s --check-prefix=ALL
// RUN: tinyts-opt %s --stream-reductions --split-height --fold-slices --schedule=df --print-debuginfo | filecheck %s --check-prefix=SPLIT

#q = #tinyts.quant<0.5 : f32, -3>
#r = #tinyts.quant<0.25 : f32, 1>
#all = #tinyts.clamp<-128, 127>
!x = tensor<1x3x4x2xi8, #q>
!y = tensor<1x1x1x2xi8, #r>

// One row of the input at a time; the last step gives the result.
// CHECK-LABEL: func.func @mean
// CHECK: %[[X0:.*]] = tinyts.slice %p <[0, 1], [0, 4]>
// CHECK-NEXT: %sums = tinyts.mean_step input(%[[X0]]) {layer = 5 : i64, stage = 2 : i64, rows = #tinyts.pair<[0, 1]>, height = 3 : i64} : {{.*}} -> tensor<1x1x1x2xi32>
// CHECK-NEXT: %[[X1:.*]] = tinyts.slice %p <[1, 2], [0, 4]>
// CHECK-NEXT: %[[S:.*]] = tinyts.mean_step sums(%sums) input(%[[X1]]) {
// CHECK-NEXT: %[[X2:.*]] = tinyts.slice %p <[2, 3], [0, 4]>
// CHECK-NEXT: %y = tinyts.mean_step sums(%[[S]]) input(%[[X2]]) {
// CHECK-SAME: rows = #tinyts.pair<[2, 3]>
// CHECK-SAME: -> tensor<1x1x1x2xi8,
// CHECK-NEXT: return %y

// Depth first a step comes as soon as its rows are there. Attributes say how the other
// ops are cut: this one into rows.
// SPLIT-LABEL: func.func @mean
// SPLIT: tinyts.max_pool_2d
// SPLIT: tinyts.mean_step
// SPLIT-SAME: loc("mean")
// SPLIT: tinyts.max_pool_2d
// SPLIT: tinyts.mean_step
// SPLIT: tinyts.max_pool_2d
// SPLIT: tinyts.mean_step
// SPLIT-NEXT: return
func.func @mean(%x: !x) -> !y {
  %p = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #all, slice = #tinyts.pair<[1, 4]>} : (!x) -> !x
  %y = tinyts.mean %p {axes = [1, 2], layer = 5, stage = 2, stream} : (!x) -> !y loc("mean")
  return %y : !y
}

// Two rows at a time.
// CHECK-LABEL: func.func @pool
// CHECK: tinyts.average_pool_2d_step input(
// CHECK-SAME: window = #tinyts.window<[5, 4], stride [1, 1], pads [2, 0, 0, 0]>
// CHECK-SAME: rows = #tinyts.pair<[0, 2]>, height = 3 : i64}
// CHECK: tinyts.average_pool_2d_step sums(
// CHECK-SAME: rows = #tinyts.pair<[2, 3]>, height = 3 : i64}
// CHECK-NEXT: return
func.func @pool(%x: !x) -> tensor<1x1x1x2xi8, #q> {
  %y = tinyts.average_pool_2d %x {window = #tinyts.window<[5, 4], stride [1, 1], pads [2, 0, 0, 0]>, clamp = #all, stream, slice = #tinyts.pair<[2, 4]>} : (!x) -> tensor<1x1x1x2xi8, #q>
  return %y : tensor<1x1x1x2xi8, #q>
}

// Reshapes that nobody else reads go; the bytes are read with their quantization.
// CHECK-LABEL: func.func @fully_connected
// CHECK-NOT: tinyts.reshape
// CHECK: tinyts.slice %x <[0, 2], [0, 4]>
// CHECK: tinyts.fully_connected_step input(
// CHECK-SAME: weights(%w, %b)
// CHECK-SAME: input_quant = #tinyts.quant<2.500000e-01 : f32, 1>
// CHECK: tinyts.fully_connected_step sums(
// CHECK-SAME: -> tensor<1x3xi8,
func.func @fully_connected(%x: !x, %w: tensor<3x24xi8>, %b: tensor<3xi32>) -> tensor<1x3xi8, #q> {
  %f = tinyts.reshape %x : (!x) -> tensor<24xi8, #q>
  %g = tinyts.reshape %f : (tensor<24xi8, #q>) -> tensor<1x24xi8, #r>
  %y = tinyts.fully_connected %g weights(%w, %b) {clamp = #all, weight_scales = dense<0.5> : tensor<1xf32>, stream, slice = #tinyts.pair<[2, 4]>} : (tensor<1x24xi8, #r>, tensor<3x24xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>
  return %y : tensor<1x3xi8, #q>
}

// With `all`, what can be streamed is; one row, two batches or a mean over channels
// stay.
// ALL-LABEL: func.func @others
// ALL: tinyts.mean %x
// ALL: tinyts.mean %r
// ALL: tinyts.mean_step
// ALL-COUNT-3: tinyts.mean_step
// ALL: tinyts.fully_connected %{{.*}} weights
// CHECK-LABEL: func.func @others
// CHECK-NOT: mean_step
func.func @others(%x: !x, %r: tensor<1x1x4x2xi8, #q>, %w: tensor<3x12xi8>, %b: tensor<3xi32>) -> tensor<2x3xi8, #q> {
  %0 = tinyts.mean %x {axes = [1, 2, 3]} : (!x) -> tensor<1x1x1x1xi8, #r>
  %1 = tinyts.mean %r {axes = [1, 2]} : (tensor<1x1x4x2xi8, #q>) -> !y
  %2 = tinyts.mean %x {axes = [1, 2]} : (!x) -> !y
  %t = "tinyts.slice"(%x) <{rect = #tinyts.rect<[0, 3], [0, 1]>}> : (!x) -> tensor<1x3x1x2xi8, #q>
  %3 = tinyts.mean %t {axes = [0, 1]} : (tensor<1x3x1x2xi8, #q>) -> !y
  %f = tinyts.reshape %x : (!x) -> tensor<2x12xi8, #q>
  %4 = tinyts.fully_connected %f weights(%w, %b) {clamp = #all, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<2x12xi8, #q>, tensor<3x12xi8>, tensor<3xi32>) -> tensor<2x3xi8, #q>
  return %4 : tensor<2x3xi8, #q>
}
