// RUN: tinyts-opt %s --plan-arena --verify-arena | filecheck %s

// An input in the arena dies row by row: its first row, which only the first kernel
// reads, makes room for the output. An input that nothing reads still has a place, but
// only before the first kernel: 16 + 4 + 8 bytes.
// CHECK: tsbuf.arena @sram {bytes = 28 : i64, alignment = 4 : i64, plan = {peak_live_bytes = 28 :
tsbuf.arena @sram

#q = #tinyts.quant<0.5 : f32, 0>

func.func @net() {
  // CHECK: %in = tsbuf.buffer {port = #tsbuf.port<input 0{{.*}}, offset = {{[0-9]+}} : i64}
  %in = tsbuf.buffer {port = #tsbuf.port<input 0 "x" layer 0 [2, 1, 8] #q>} : !tsbuf.buffer<2x1x8xi8>
  // CHECK: %unread = tsbuf.buffer {port = #tsbuf.port<input 1{{.*}}, offset = {{[0-9]+}} : i64}
  %unread = tsbuf.buffer {port = #tsbuf.port<input 1 "u" layer 1 [4] #q>} : !tsbuf.buffer<1x1x4xi8>
  // CHECK: %out = tsbuf.buffer {port = #tsbuf.port<output 0{{.*}}, offset = {{[0-9]+}} : i64}
  %out = tsbuf.buffer {port = #tsbuf.port<output 0 "y" layer 3 [8] #q>} : !tsbuf.buffer<1x1x8xi8>
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x8xi8>
  %x = tsbuf.rows %in {starts = [0]} : (!tsbuf.buffer<2x1x8xi8>) -> !tsbuf.table<2x1x8xi8>
  %y = tsbuf.rows %out {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input = %x [0, 1] : !tsbuf.table<2x1x8xi8>) layer 2 params {}
  tsbuf.kernel "k" outs(output = %y [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input_1 = %a [0, 1] : !tsbuf.table<1x1x8xi8>, input_2 = %x [1, 2] : !tsbuf.table<2x1x8xi8>) layer 3 params {}
  return
}
