// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Every operation, type and attribute, which survives both forms.

#q = #tinyts.quant<0.5 : f32, -3>

// CHECK: tsbuf.arena @sram {bytes = 96 : i64, alignment = 8 : i64, plan = {peak_live_bytes = 80 : i64}}
// GENERIC: "tsbuf.arena"() <{sym_name = "sram", bytes = 96 : i64, alignment = 8 : i64,
tsbuf.arena @sram {bytes = 96, alignment = 8, plan = {peak_live_bytes = 80}}

// CHECK-LABEL: func.func @net
func.func @net() {
  // CHECK-NEXT: %input = tsbuf.external {port = #tsbuf.port<input 0 "the \22input\22" layer 3 [1, 4, 2, 3] #tinyts.quant<5.000000e-01 : f32, -3>>} : !tsbuf.buffer<4x2x3xi8>
  // GENERIC: %input = "tsbuf.external"() <{port = #tsbuf.port<
  %input = tsbuf.external {port = #tsbuf.port<input 0 "the \"input\"" layer 3 [1, 4, 2, 3] #q>} : !tsbuf.buffer<4x2x3xi8>
  // CHECK-NEXT: %output = tsbuf.buffer {offset = 64 : i64, port = #tsbuf.port<output 1 "" layer -1 [] #tinyts.quant<5.000000e-01 : f32, -3>>} : !tsbuf.buffer<1x1x1xi8>
  // GENERIC: %output = "tsbuf.buffer"() <{offset = 64 : i64, port = #tsbuf.port<
  %output = tsbuf.buffer {offset = 64, port = #tsbuf.port<output 1 "" layer -1 [] #q>} : !tsbuf.buffer<1x1x1xi8>
  // CHECK-NEXT: %unread = tsbuf.rows {starts = [], port = #tsbuf.port<input 1 "unread" layer 4 [1, 4, 2, 3] #tinyts.quant<5.000000e-01 : f32, -3>>} : () -> !tsbuf.table<4x2x3xi8>
  // GENERIC: %unread = "tsbuf.rows"() <{starts = [], port = #tsbuf.port<
  %unread = tsbuf.rows {starts = [], port = #tsbuf.port<input 1 "unread" layer 4 [1, 4, 2, 3] #q>} : () -> !tsbuf.table<4x2x3xi8>
  // CHECK-NEXT: %top = tsbuf.buffer : !tsbuf.buffer<1x2x4xi8>
  %top = tsbuf.buffer : !tsbuf.buffer<1x2x4xi8>
  // CHECK-NEXT: %bottom = tsbuf.buffer {note = "kept"} : !tsbuf.buffer<2x2x4xi8>
  %bottom = tsbuf.buffer {note = "kept"} : !tsbuf.buffer<2x2x4xi8>
  // CHECK-NEXT: %flash = tsbuf.constant_buffer {value = dense<[1, 2, 3, 4]> : tensor<4xi8>} : !tsbuf.buffer<1x1x4xi8>
  // GENERIC: %flash = "tsbuf.constant_buffer"() <{value = dense<[1, 2, 3, 4]> : tensor<4xi8>}> : () -> !tsbuf.buffer<1x1x4xi8>
  %flash = tsbuf.constant_buffer {value = dense<[1, 2, 3, 4]> : tensor<4xi8>} : !tsbuf.buffer<1x1x4xi8>
  // CHECK-NEXT: %kept = tsbuf.persistent {variable = 2 : i64, label = "state", zero = -5 : i64} : !tsbuf.buffer<1x1x4xi8>
  // GENERIC: %kept = "tsbuf.persistent"() <{variable = 2 : i64, label = "state", zero = -5 : i64}> : () -> !tsbuf.buffer<1x1x4xi8>
  %kept = tsbuf.persistent {variable = 2, label = "state", zero = -5} : !tsbuf.buffer<1x1x4xi8>
  // CHECK-NEXT: %next = tsbuf.persistent {variable = 2 : i64, next, initial = dense<[1, 2, 3, 4]> : tensor<4xi8>} : !tsbuf.buffer<1x1x4xi8>
  %next = tsbuf.persistent {variable = 2, next, initial = dense<[1, 2, 3, 4]> : tensor<4xi8>} : !tsbuf.buffer<1x1x4xi8>
  // CHECK-NEXT: %view = tsbuf.view %bottom : !tsbuf.buffer<2x2x4xi8> -> !tsbuf.buffer<1x1x16xi8>
  // GENERIC: %view = "tsbuf.view"(%bottom) : (!tsbuf.buffer<2x2x4xi8>) -> !tsbuf.buffer<1x1x16xi8>
  %view = tsbuf.view %bottom : !tsbuf.buffer<2x2x4xi8> -> !tsbuf.buffer<1x1x16xi8>
  // CHECK-NEXT: %window = tsbuf.view %bottom {layout = #tsbuf.layout<offset 1, row_pitch 8, pixel_pitch 4>} : !tsbuf.buffer<2x2x4xi8> -> !tsbuf.buffer<2x2x3xi8>
  // GENERIC: %window = "tsbuf.view"(%bottom) <{layout = #tsbuf.layout<offset 1, row_pitch 8, pixel_pitch 4>}>
  %window = tsbuf.view %bottom {layout = #tsbuf.layout<offset 1, row_pitch 8, pixel_pitch 4>} : !tsbuf.buffer<2x2x4xi8> -> !tsbuf.buffer<2x2x3xi8>
  // CHECK-NEXT: %w = tsbuf.constant dense<1> : tensor<4x3xi8>
  // GENERIC: %w = "tsbuf.constant"() <{value = dense<1> : tensor<4x3xi8>}> : () -> tensor<4x3xi8>
  %w = tsbuf.constant dense<1> : tensor<4x3xi8>
  // CHECK-NEXT: %b = tsbuf.constant {note = "kept"} dense<[1, -1]> : tensor<2xi32>
  %b = tsbuf.constant {note = "kept"} dense<[1, -1]> : tensor<2xi32>

  // CHECK-NEXT: %x = tsbuf.rows %input {starts = [0 : i64]} : (!tsbuf.buffer<4x2x3xi8>) -> !tsbuf.table<4x2x3xi8>
  %x = tsbuf.rows %input {starts = [0]} : (!tsbuf.buffer<4x2x3xi8>) -> !tsbuf.table<4x2x3xi8>
  // Rows 1 and 4 do not exist.
  // CHECK-NEXT: %y = tsbuf.rows %top, %bottom {starts = [0 : i64, 2 : i64]} : (!tsbuf.buffer<1x2x4xi8>, !tsbuf.buffer<2x2x4xi8>) -> !tsbuf.table<5x2x4xi8>
  // GENERIC: %y = "tsbuf.rows"(%top, %bottom) <{starts = [0 : i64, 2 : i64]}>
  %y = tsbuf.rows %top, %bottom {starts = [0, 2]} : (!tsbuf.buffer<1x2x4xi8>, !tsbuf.buffer<2x2x4xi8>) -> !tsbuf.table<5x2x4xi8>
  // Buffers of a ragged table may be narrower; a table may have no row at all.
  // CHECK-NEXT: %ragged = tsbuf.rows %top {starts = [3 : i64], ragged} : (!tsbuf.buffer<1x2x4xi8>) -> !tsbuf.table<5x3x4xi8>
  // GENERIC: %ragged = "tsbuf.rows"(%top) <{starts = [3 : i64], ragged}>
  %ragged = tsbuf.rows %top {starts = [3], ragged} : (!tsbuf.buffer<1x2x4xi8>) -> !tsbuf.table<5x3x4xi8>
  // CHECK-NEXT: %empty = tsbuf.rows {starts = []} : () -> !tsbuf.table<5x3x4xi8>
  %empty = tsbuf.rows {starts = []} : () -> !tsbuf.table<5x3x4xi8>
  %z = tsbuf.rows %output {starts = [0]} : (!tsbuf.buffer<1x1x1xi8>) -> !tsbuf.table<1x1x1xi8>

  // CHECK: tsbuf.kernel "conv_2d" outs(output = %y [2, 4] : !tsbuf.table<5x2x4xi8>)
  // CHECK-SAME: ins(input = %x [0, 4] : !tsbuf.table<4x2x3xi8>)
  // CHECK-SAME: constants(weights = %w : tensor<4x3xi8>, quant.shift = %b : tensor<2xi32>)
  // CHECK-SAME: layer 7 params {stride = {h = 1 : i32}} {note = "kept"}
  // GENERIC: "tsbuf.kernel"(%y, %x, %w, %b) <{
  // GENERIC-SAME: kernel = "conv_2d"
  // GENERIC-SAME: fields = ["output", "input", "weights", "quant.shift"]
  // GENERIC-SAME: rows = [2 : i64, 4 : i64, 0 : i64, 4 : i64]
  // GENERIC-SAME: operandSegmentSizes = array<i32: 1, 1, 2>
  tsbuf.kernel "conv_2d" outs(output = %y [2, 4] : !tsbuf.table<5x2x4xi8>) ins(input = %x [0, 4] : !tsbuf.table<4x2x3xi8>) constants(weights = %w : tensor<4x3xi8>, quant.shift = %b : tensor<2xi32>) layer 7 params {stride = {h = 1 : i32}} {note = "kept"}
  // One without constants, with an array of inputs.
  // CHECK: tsbuf.kernel "concatenation" outs(output = %z [0, 1] : !tsbuf.table<1x1x1xi8>)
  // CHECK-SAME: ins(inputs = %x [0, 1] : !tsbuf.table<4x2x3xi8>, inputs = %y [0, 1] : !tsbuf.table<5x2x4xi8>)
  // CHECK-SAME: layer -1 params {}
  tsbuf.kernel "concatenation" outs(output = %z [0, 1] : !tsbuf.table<1x1x1xi8>) ins(inputs = %x [0, 1] : !tsbuf.table<4x2x3xi8>, inputs = %y [0, 1] : !tsbuf.table<5x2x4xi8>) layer -1 params {}
  // One that reads nothing.
  // CHECK: tsbuf.kernel "fill" outs(output = %z [0, 1] : !tsbuf.table<1x1x1xi8>) layer 1 params {value = 3 : i32}
  tsbuf.kernel "fill" outs(output = %z [0, 1] : !tsbuf.table<1x1x1xi8>) layer 1 params {value = 3 : i32}
  // One that names other rows than it writes, writes none yet, and may overlap.
  // CHECK: tsbuf.kernel "step" outs(output = %z [0, 0] : !tsbuf.table<1x1x1xi8>, sum = %y [2, 3] : !tsbuf.table<5x2x4xi8>)
  // CHECK-SAME: layer 1 params {} rows #tinyts.pair<[3, 4]> overlaps [#tsbuf.overlap<out 1 row 2, in 0 row 3, trail 4>, #tsbuf.overlap<out 1 row 2, in 0 row 3, same>] {note = "kept"}
  tsbuf.kernel "step" outs(output = %z [0, 0] : !tsbuf.table<1x1x1xi8>, sum = %y [2, 3] : !tsbuf.table<5x2x4xi8>) ins(input = %x [3, 4] : !tsbuf.table<4x2x3xi8>) layer 1 params {} rows #tinyts.pair<[3, 4]> overlaps [#tsbuf.overlap<out 1 row 2, in 0 row 3, trail 4>, #tsbuf.overlap<out 1 row 2, in 0 row 3, same>] {note = "kept"}
  return
}
