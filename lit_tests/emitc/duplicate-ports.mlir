// RUN: not tinyts-opt %s -t tinyts-c 2>&1 | filecheck %s

// CHECK: error: {{.*}}: tinyts-c: there are two outputs 0
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  %0 = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [8] #q>} : !b
  %1 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 7 [8] #q>} : !b
  %2 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 7 [8] #q>} : !b
  %x = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %y = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "reshape" outs(output = %y [0, 1] : !t) ins(input = %x [0, 1] : !t) layer 7 params {}
  return
}
