// RUN: tinyts-opt %s --plan-arena --verify-arena | filecheck %s
// RUN: tinyts-opt %s --plan-arena='strategy=greedy' --verify-arena | filecheck %s --check-prefix=GREEDY
// RUN: tinyts-opt %s --plan-arena=16 --verify-arena | filecheck %s --check-prefix=ALIGNED
// RUN: tinyts-opt %s --plan-arena='alignment=4 strategy=best size=12' | filecheck %s

// Buffers of 7, 3, 4 and 8 bytes; a lives in steps 0 and 1, b in 1 and 2, c from 2 to
// 4, d in 3 and 4. By decreasing size, c lies on top of d, and b on top of c, beside
// free bytes.
// CHECK: tsbuf.arena @sram {bytes = 12 : i64, alignment = 4 : i64, plan = {peak_live_bytes = 12 : i64, lower_bound_bytes = 12 : i64, proven_optimal = true, strategy = "{{.+}}"}}
// GREEDY: tsbuf.arena @sram {bytes = 16 : i64, alignment = 4 : i64, plan = {peak_live_bytes = 12 : i64, lower_bound_bytes = 12 : i64, proven_optimal = false, strategy = "first fit by size"}}
// ALIGNED: tsbuf.arena @sram {bytes = 32 : i64, alignment = 16 : i64, plan = {peak_live_bytes = 32 :
tsbuf.arena @sram

#q = #tinyts.quant<0.5 : f32, 0>

// CHECK-LABEL: func.func @net
// GREEDY-LABEL: func.func @net
// ALIGNED-LABEL: func.func @net
func.func @net() {
  // Memory of the caller has no offset.
  // CHECK: tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<5.000000e-01 : f32, 0>>} : !tsbuf.buffer<1x1x2xi8>
  %in = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2] #q>} : !tsbuf.buffer<1x1x2xi8>
  %x = tsbuf.rows %in {starts = [0]} : (!tsbuf.buffer<1x1x2xi8>) -> !tsbuf.table<1x1x2xi8>
  %out = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 5 [2] #q>} : !tsbuf.buffer<1x1x2xi8>
  %y = tsbuf.rows %out {starts = [0]} : (!tsbuf.buffer<1x1x2xi8>) -> !tsbuf.table<1x1x2xi8>
  // a and d never live at once, and so share their bytes.
  // GREEDY: %0 = tsbuf.buffer {offset = 0 : i64} : !tsbuf.buffer<1x1x7xi8>
  // ALIGNED: %0 = tsbuf.buffer {offset = [[A:0|16]] : i64}
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x7xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x7xi8>) -> !tsbuf.table<1x1x7xi8>
  // GREEDY: %1 = tsbuf.buffer {offset = 12 : i64}
  // ALIGNED: %1 = tsbuf.buffer {offset = {{0|16}} : i64}
  %1 = tsbuf.buffer : !tsbuf.buffer<1x1x3xi8>
  %b = tsbuf.rows %1 {starts = [0]} : (!tsbuf.buffer<1x1x3xi8>) -> !tsbuf.table<1x1x3xi8>
  // GREEDY: %2 = tsbuf.buffer {offset = 8 : i64}
  // ALIGNED: %2 = tsbuf.buffer {offset = [[A]] : i64}
  %2 = tsbuf.buffer : !tsbuf.buffer<1x1x4xi8>
  %c = tsbuf.rows %2 {starts = [0]} : (!tsbuf.buffer<1x1x4xi8>) -> !tsbuf.table<1x1x4xi8>
  // GREEDY: %3 = tsbuf.buffer {offset = 0 : i64} : !tsbuf.buffer<1x1x8xi8>
  // ALIGNED: %3 = tsbuf.buffer {offset = {{0|16}} : i64}
  %3 = tsbuf.buffer : !tsbuf.buffer<1x1x8xi8>
  %d = tsbuf.rows %3 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  // No kernel touches the last one, so that it gets no place.
  // CHECK: tsbuf.buffer : !tsbuf.buffer<1x1x99xi8>
  %4 = tsbuf.buffer : !tsbuf.buffer<1x1x99xi8>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x7xi8>) ins(input = %x [0, 1] : !tsbuf.table<1x1x2xi8>) layer 1 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !tsbuf.table<1x1x3xi8>) ins(input = %a [0, 1] : !tsbuf.table<1x1x7xi8>) layer 2 params {}
  tsbuf.kernel "k" outs(output = %c [0, 1] : !tsbuf.table<1x1x4xi8>) ins(input = %b [0, 1] : !tsbuf.table<1x1x3xi8>) layer 3 params {}
  tsbuf.kernel "k" outs(output = %d [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input = %c [0, 1] : !tsbuf.table<1x1x4xi8>) layer 4 params {}
  tsbuf.kernel "k" outs(output = %y [0, 1] : !tsbuf.table<1x1x2xi8>) ins(input_1 = %c [0, 1] : !tsbuf.table<1x1x4xi8>, input_2 = %d [0, 1] : !tsbuf.table<1x1x8xi8>) layer 5 params {}
  return
}
