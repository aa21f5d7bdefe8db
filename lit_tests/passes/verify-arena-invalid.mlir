// RUN: tinyts-opt %s --split-input-file --verify-arena --verify-diagnostics | filecheck %s
// RUN: not tinyts-opt %s --split-input-file --verify-arena 2>&1 | filecheck %s --check-prefix=LINE

// LINE: error: {{.*}}verify-arena-invalid.mlir: verify-arena: run plan-arena first
// LINE-NOT: {{.+}}

// CHECK: verify-arena: run plan-arena first
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 1 params {}
  return
}

// -----

// CHECK: verify-arena: the buffer has no offset; run plan-arena first
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 1 params {}
  return
}

// -----

// CHECK: verify-arena: offset 6 is no multiple of 4
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 6} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 1 params {}
  return
}

// -----

// CHECK: verify-arena: a buffer of 8 bytes at 28 reaches beyond the arena of 32
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 28} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 1 params {}
  return
}

// -----

// b takes the last four bytes of a before the third kernel reads a.
// CHECK: verify-arena: kernel 2 'k' of layer 9: input 'input' was overwritten
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %1 = tsbuf.buffer {offset = 4} : !b
  %2 = tsbuf.buffer {offset = 16} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  %c = tsbuf.rows %2 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 7 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) layer 8 params {}
  tsbuf.kernel "k" outs(output = %c [0, 1] : !t) ins(input = %a [0, 1] : !t) layer 9 params {}
  return
}

// -----

// Nothing ever wrote b.
// CHECK: verify-arena: kernel 0 'k' of layer 9: input 'input_2' was overwritten
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %x = tsbuf.buffer {offset = 0, port = #tsbuf.port<input 0 "x" layer 0 [8] #q>} : !b
  %1 = tsbuf.buffer {offset = 8} : !b
  %2 = tsbuf.buffer {offset = 16} : !b
  %a = tsbuf.rows %x {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  %c = tsbuf.rows %2 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %c [0, 1] : !t) ins(input_1 = %a [0, 1] : !t, input_2 = %b [0, 1] : !t) layer 9 params {}
  return
}

// -----

// A kernel may not write over what it reads.
// CHECK: verify-arena: kernel 1 'k' of layer 8: 'input' overlaps its operands
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %1 = tsbuf.buffer {offset = 4} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 7 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) ins(input = %a [0, 1] : !t) layer 8 params {}
  return
}

// -----

// Nor may it write twice to one place.
// CHECK: verify-arena: kernel 0 'k' of layer 8: 'output_1' overlaps its operands
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %1 = tsbuf.buffer {offset = 4} : !b
  %a = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output_1 = %a [0, 1] : !t, output_2 = %b [0, 1] : !t) layer 8 params {}
  return
}
