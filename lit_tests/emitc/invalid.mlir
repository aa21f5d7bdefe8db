// RUN: tinyts-opt %s --split-input-file -t tinyts-c --verify-diagnostics | filecheck %s
// RUN: not tinyts-opt %s --split-input-file -t 'tinyts-c{file=body}' 2>&1 | filecheck %s --check-prefix=FILE

// FILE: error: {{.*}}invalid.mlir: tinyts-c: file 'body' is not one of source, header
// FILE-NOT: {{.+}}

// CHECK: tinyts-c: run plan-arena first
tsbuf.arena @sram
func.func @net() {
  return
}

// -----

// CHECK: the module has 0 tsbuf.arena and 1 functions, expected one of each; run convert-tinyts-to-tsbuf first
func.func @net() {
  return
}

// -----

// CHECK: tinyts-c: function name 'my-net' is not a C identifier; rename the function
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @"my-net"() {
  return
}

// -----

// CHECK: tinyts-c: function 'net' has no inputs or no outputs
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  return
}

// -----

// CHECK: the buffer has no offset; run plan-arena first
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) layer 1 params {}
  return
}

// -----

// CHECK: tinyts-c: parameter 'mode' is no integer
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !tsbuf.buffer<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) layer 1 params {mode = [1]}
  return
}

// -----

// CHECK: tinyts-c: field 'quant' is no structure
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !tsbuf.buffer<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  %c = tsbuf.constant dense<1> : tensor<1xi32>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) constants(quant.shift = %c : tensor<1xi32>) layer 1 params {quant = 1 : i32}
  return
}

// -----

// CHECK: tinyts-c: a kernel's constant is computed
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !tsbuf.buffer<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  %c = "test.op"() : () -> tensor<1xi32>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) constants(bias = %c : tensor<1xi32>) layer 1 params {}
  return
}

// -----

// CHECK: tinyts-c: row 0 of input 0 is read after row 0; the caller gives rows in ascending order
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %0 = tsbuf.buffer {offset = 0} : !tsbuf.buffer<1x1x8xi8>
  %a = tsbuf.rows %0 {starts = [0], port = #tsbuf.port<input 0 "x" layer 0 [8] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "read_rows" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) layer 0 params {}
  tsbuf.kernel "read_rows" outs(output = %a [0, 1] : !tsbuf.table<1x1x8xi8>) layer 0 params {}
  return
}

// -----

// CHECK: tinyts-c: all inputs must lie in the arena, or none; some are tsbuf.external or come by rows
tsbuf.arena @sram {bytes = 8, alignment = 4}
func.func @net() {
  %a = tsbuf.rows {starts = [], port = #tsbuf.port<input 0 "x" layer 0 [8] #tinyts.quant<0.5 : f32, 0>>} : () -> !tsbuf.table<1x1x8xi8>
  %b = tsbuf.external {port = #tsbuf.port<input 1 "y" layer 0 [8] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x8xi8>
  %c = tsbuf.external {port = #tsbuf.port<output 0 "z" layer 0 [8] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x8xi8>
  return
}
