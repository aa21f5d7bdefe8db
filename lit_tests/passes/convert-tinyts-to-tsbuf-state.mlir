// RUN: tinyts-opt %s --fuse-rows --stream-reductions --split-height --fold-slices --schedule=df --convert-tinyts-to-tsbuf | filecheck %s
// RUN: tinyts-opt %s --fuse-rows --stream-reductions --split-height --fold-slices --schedule=df --convert-tinyts-to-tsbuf --plan-arena --verify-arena -t tinyts-c | filecheck %s --check-prefix=C

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
#same = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>
!x = tensor<1x4x8x4xi8, #q>

// Kept rows, scratch and an accumulator: buffers of rows that exist, one scratch a call,
// the first of two rows.
// CHECK: %[[D:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64, 1 : i64, 2 : i64, 3 : i64]}
// CHECK: %[[MIDDLE:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64, 1 : i64, 2 : i64, 3 : i64]} : {{.*}} -> !tsbuf.table<4x8x4xi8>
// CHECK: %[[SCRATCH:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64, 1 : i64, 2 : i64], ragged} : (!tsbuf.buffer<1x16x2xi8>, !tsbuf.buffer<1x8x2xi8>, !tsbuf.buffer<1x8x2xi8>) -> !tsbuf.table<4x16x2xi8>
// CHECK: %[[SUMS:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64]} : (!tsbuf.buffer<1x1x16xi8>) -> !tsbuf.table<1x1x16xi8>

// CHECK: tsbuf.kernel "fused_rows" outs(output = %[[D]] [0, 1] : {{.*}} middle = %[[MIDDLE]] [0, 2] : {{.*}} scratch = %[[SCRATCH]] [0, 1]
// CHECK-SAME: ins(input = %{{.*}} [0, 2] : {{.*}} middle = %[[MIDDLE]] [0, 0]
// CHECK-SAME: constants(producer.weights = {{.*}} producer.bias = {{.*}} producer.quant.multiplier = {{.*}} producer.quant.shift = {{.*}} consumer.weights =
// CHECK-SAME: layer 2 params {group = 2 : i32, keep = 2 : i32, first_row = 0 : i32, last_row = 4 : i32, producer = {kernel = {{.*}} ch_mult = 0 : i32
// CHECK-SAME: consumer = {kernel = {h = 3 : i32, w = 3 : i32}, ch_mult = 1 : i32
// CHECK-SAME: {stage = 1 : i64, fused_layers = [1 : i64]}
// CHECK: tsbuf.kernel "mean_step" outs(output = %[[OUT:.*]] [0, 0] : {{.*}} accumulator = %[[SUMS]] [0, 1]
// CHECK-SAME: ins(input = %{{.*}} [0, 1] : {{.*}} accumulator = %[[SUMS]] [0, 0]
// CHECK-SAME: layer 3 params {{.*}} rows #tinyts.pair<[0, 1]>
// A row that is stored may take the place of one that no later call reads.
// CHECK: tsbuf.kernel "fused_rows"
// CHECK-SAME: middle = %[[MIDDLE]] [2, 3]
// CHECK-SAME: ins(input = %{{.*}} [2, 3] : {{.*}} middle = %[[MIDDLE]] [0, 2]
// CHECK-SAME: overlaps [#tsbuf.overlap<out 1 row 2, in 1 row 0, same>]
// CHECK: tsbuf.kernel "mean_step" outs(output = %[[OUT]] [0, 0] : {{.*}} ins(input = %{{.*}} [1, 2] : {{.*}} accumulator = %[[SUMS]] [0, 1]
// The last call computes no row of the middle.
// CHECK: tsbuf.kernel "fused_rows" outs(output = %{{.*}} [3, 4] : {{.*}} middle = %[[MIDDLE]] [0, 0] : {{.*}} scratch = %[[SCRATCH]] [0, 0] : {{.*}} ins(input = %{{.*}} [0, 0] : {{.*}} middle = %[[MIDDLE]] [2, 4]
// CHECK: tsbuf.kernel "mean_step" outs(output = %[[OUT]] [0, 1] :

// All calls of a layer share one structure.
// C: tinyts_fused_rows_layer layer_0 = {
// C: .producer = {
// C: tinyts_mean_step_layer layer_1 = {
// C-NOT: static const tinyts_
// C: for (int32_t i0 = 0; i0 < 4; i0++) {
// C: tinyts_fused_rows(&layer_0, memory, i0, i0 + 1);
// C: tinyts_mean_step(&layer_1, memory, i0, i0 + 1);
func.func @net(%x: !x) -> tensor<1x1x1x4xi8, #q> {
  %w = tinyts.constant dense<1> : tensor<4x1x1x4xi8>
  %b = tinyts.constant dense<2> : tensor<4xi32>
  %v = tinyts.constant dense<3> : tensor<1x3x3x4xi8>
  %c = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #all, weight_scales = dense<0.5> : tensor<4xf32>, layer = 1, fuse = "rows", group = 2} : (!x, tensor<4x1x1x4xi8>, tensor<4xi32>) -> !x
  %d = tinyts.depthwise_conv_2d %c weights(%v, %b) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<4xf32>, layer = 2, stage = 1, slice = #tinyts.pair<[1, 8]>} : (!x, tensor<1x3x3x4xi8>, tensor<4xi32>) -> !x
  %m = tinyts.mean %d {axes = [1, 2], layer = 3, stream} : (!x) -> tensor<1x1x1x4xi8, #q>
  return %m : tensor<1x1x1x4xi8, #q>
}
