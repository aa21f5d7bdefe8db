// RUN: tinyts-opt %s --plan-arena | filecheck %s
// RUN: tinyts-opt %s --plan-arena=16 | filecheck %s --check-prefix=ALIGNED

// Rows of 64, 48 and 64 bytes, each computed from the one before, which dies. The second
// may begin 6 bytes below the first, with the alignment 8, or lower; the third begins
// with the second or apart from it. The input lives to the end, so that no overlap with
// it is used.
// CHECK: tsbuf.arena @sram {bytes = 88 : i64, alignment = 4 : i64, plan = {peak_live_bytes = 88 : i64, lower_bound_bytes = 88 : i64, proven_optimal = true,
// ALIGNED: tsbuf.arena @sram {bytes = 96 : i64, alignment = 16 : i64, plan = {peak_live_bytes = 96 : i64,
tsbuf.arena @sram

#q = #tinyts.quant<0.5 : f32, 0>
!wide = !tsbuf.table<1x1x64xi8>
!narrow = !tsbuf.table<1x1x48xi8>
!small = !tsbuf.table<1x1x16xi8>

func.func @net() {
  %in = tsbuf.buffer {port = #tsbuf.port<input 0 "x" layer 0 [16] #q>} : !tsbuf.buffer<1x1x16xi8>
  %x = tsbuf.rows %in {starts = [0]} : (!tsbuf.buffer<1x1x16xi8>) -> !small
  %out = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 4 [16] #q>} : !tsbuf.buffer<1x1x16xi8>
  %y = tsbuf.rows %out {starts = [0]} : (!tsbuf.buffer<1x1x16xi8>) -> !small
  // CHECK: %0 = tsbuf.buffer {offset = [[FIRST:8|24]] : i64} : !tsbuf.buffer<1x1x64xi8>
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x64xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x64xi8>) -> !wide
  // CHECK: %1 = tsbuf.buffer {offset = [[SECOND:0|16]] : i64} : !tsbuf.buffer<1x1x48xi8>
  %1 = tsbuf.buffer : !tsbuf.buffer<1x1x48xi8>
  %b = tsbuf.rows %1 {starts = [0]} : (!tsbuf.buffer<1x1x48xi8>) -> !narrow
  // CHECK: %2 = tsbuf.buffer {offset = [[SECOND]] : i64} : !tsbuf.buffer<1x1x64xi8>
  %2 = tsbuf.buffer : !tsbuf.buffer<1x1x64xi8>
  %c = tsbuf.rows %2 {starts = [0]} : (!tsbuf.buffer<1x1x64xi8>) -> !wide
  tsbuf.kernel "k" outs(output = %a [0, 1] : !wide) ins(input = %x [0, 1] : !small) layer 1 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, same>]
  tsbuf.kernel "k" outs(output = %b [0, 1] : !narrow) ins(input = %a [0, 1] : !wide) layer 2 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, trail 6>]
  tsbuf.kernel "k" outs(output = %c [0, 1] : !wide) ins(input = %b [0, 1] : !narrow) layer 3 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, same>]
  tsbuf.kernel "k" outs(output = %y [0, 1] : !small) ins(input_1 = %c [0, 1] : !wide, input_2 = %x [0, 1] : !small) layer 4 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 1 row 0, same>]
  return
}
