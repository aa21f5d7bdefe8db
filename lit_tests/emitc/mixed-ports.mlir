// RUN: not tinyts-opt %s -t tinyts-c 2>&1 | filecheck %s

// CHECK: error: {{.*}}: tinyts-c: all inputs must lie in the arena, or none; some are tsbuf.external

#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0, port = #tsbuf.port<input 0 "x" layer 0 [8] #q>} : !b
  %1 = tsbuf.external {port = #tsbuf.port<input 1 "u" layer 1 [8] #q>} : !b
  %2 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 2 [8] #q>} : !b
  %x = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %u = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  %y = tsbuf.rows %2 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "add" outs(output = %y [0, 1] : !t) ins(input_1 = %x [0, 1] : !t, input_2 = %u [0, 1] : !t) layer 2 params {}
  return
}
