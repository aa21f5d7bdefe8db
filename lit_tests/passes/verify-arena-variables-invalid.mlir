// RUN: tinyts-opt %s --split-input-file --verify-arena --verify-diagnostics | filecheck %s

// The old value is gone once the next one is written.
// CHECK: verify-arena: kernel 1 'k' of layer 2: input 'input' was overwritten
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !b
  %old = tsbuf.persistent {variable = 0} : !b
  %new = tsbuf.persistent {variable = 0, next} : !b
  %y = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %a = tsbuf.rows %old {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %new {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) layer 1 params {}
  tsbuf.kernel "k" outs(output = %y [0, 1] : !t) ins(input = %a [0, 1] : !t) layer 2 params {}
  return
}

// -----

// CHECK: verify-arena: variable 0 is not complete
!b = !tsbuf.buffer<2x1x8xi8>
!t = !tsbuf.table<2x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %old = tsbuf.persistent {variable = 0} : !b
  %new = tsbuf.persistent {variable = 0, next} : !b
  %b = tsbuf.rows %new {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) layer 1 params {}
  return
}

// -----

// CHECK: verify-arena: variable 0 has 8 and 16 bytes
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %old = tsbuf.persistent {variable = 0} : !tsbuf.buffer<1x1x8xi8>
  %new = tsbuf.persistent {variable = 0, next} : !tsbuf.buffer<2x1x8xi8>
  return
}

// -----

// Not every kernel may write the next value over what it reads.
// CHECK: verify-arena: kernel 0 'assign' of layer 1: 'output' overlaps its operand 'input'
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %old = tsbuf.persistent {variable = 0} : !b
  %new = tsbuf.persistent {variable = 0, next} : !b
  %a = tsbuf.rows %old {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %new {starts = [0]} : (!b) -> !t
  tsbuf.kernel "assign" outs(output = %b [0, 1] : !t) ins(input = %a [0, 1] : !t) layer 1 params {first_row = 0 : i32}
  return
}
