// RUN: tinyts-opt %s --split-input-file -t tinyts-c --verify-diagnostics | filecheck %s

// A tensor's height, width and channels have 16 bits.
// CHECK: tinyts-c: tensor 7 'wide' has a dimension of more than 65535
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x65536x1xi8>
!t = !tsbuf.table<1x65536x1xi8>
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  %0 = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [65536] #q>} : !b
  %1 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 7 [65536] #q>} : !b
  %x = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %y = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "reshape" outs(output = %y [0, 1] : !t) ins(input = %x [0, 1] : !t) layer 7 params {} loc("wide")
  return
}

// -----

// CHECK: .width = 65535,
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x65535x1xi8>
!t = !tsbuf.table<1x65535x1xi8>
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  %0 = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [65535] #q>} : !b
  %1 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 7 [65535] #q>} : !b
  %x = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %y = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "reshape" outs(output = %y [0, 1] : !t) ins(input = %x [0, 1] : !t) layer 7 params {}
  return
}
