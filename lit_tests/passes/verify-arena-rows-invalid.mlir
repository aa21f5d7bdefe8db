// RUN: tinyts-opt %s --split-input-file --verify-arena --verify-diagnostics | filecheck %s

// Row 1 lies in no buffer.
// CHECK: verify-arena: kernel 0 'k' of layer 7: 'output' names a row that no buffer holds
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<3x1x8xi8>
tsbuf.arena @sram {bytes = 16, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %1 = tsbuf.buffer {offset = 8} : !b
  %a = tsbuf.rows %0, %1 {starts = [0, 2]} : (!b, !b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 2] : !t) layer 7 params {}
  return
}

// -----

// CHECK: verify-arena: kernel 1 'k' of layer 8: 'input' names a row that no buffer holds
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<3x1x8xi8>
tsbuf.arena @sram {bytes = 16, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %1 = tsbuf.buffer {offset = 8} : !b
  %a = tsbuf.rows %0 {starts = [1]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [1, 2] : !t) layer 7 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) ins(input = %a [1, 3] : !t) layer 8 params {}
  return
}

// -----

// A row of one buffer may become another row of it, but not itself.
// CHECK: verify-arena: kernel 2 'k' of layer 9: 'output' overlaps its operands
!b = !tsbuf.buffer<2x1x8xi8>
!t = !tsbuf.table<2x1x8xi8>
tsbuf.arena @sram {bytes = 16, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 7 params {}
  tsbuf.kernel "k" outs(output = %a [1, 2] : !t) ins(input = %a [0, 1] : !t) layer 8 params {}
  tsbuf.kernel "k" outs(output = %a [1, 2] : !t) ins(input = %a [1, 2] : !t) layer 9 params {}
  return
}
