// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: expected a dictionary of parameters
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params 5

// -----

// CHECK: there must be one field name for each operand
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
"tsbuf.kernel"(%x) <{kernel = "copy", fields = ["output", "input"], rows = [0, 4], layer = 0, params = {}, operandSegmentSizes = array<i32: 1, 0, 0>}> : (!tsbuf.table<4x2x1xi8>) -> ()

// -----

// CHECK: there must be two row numbers for each table
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
"tsbuf.kernel"(%x) <{kernel = "copy", fields = ["output"], rows = [0, 4, 0], layer = 0, params = {}, operandSegmentSizes = array<i32: 1, 0, 0>}> : (!tsbuf.table<4x2x1xi8>) -> ()

// -----

// CHECK: a kernel must write something
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" ins(input = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: rows [0, 5) of 'output' do not exist in a table of 4 rows
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 5] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: rows [2, 1) of 'input' do not exist in a table of 4 rows
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 1] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: rows [-1, 2) of 'input' do not exist in a table of 4 rows
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) ins(input = %x [-1, 2] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: expected a table made by tsbuf.rows
%x = "test.op"() : () -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: expected 2 row numbers, found 3
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4, 1] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: 'conv 2d' is not a name of a kernel or a field
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "conv 2d" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: 'Out' is not a name of a kernel or a field
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(Out = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params {}

// -----

// CHECK: 'a b' is not a name of a kernel or a field
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 4] : !tsbuf.table<4x2x1xi8>) layer 0 params {outer = {"a b" = 1 : i32}}

// -----

// CHECK: a view is a view of itself
%v = tsbuf.view %v : !tsbuf.buffer<4x2x1xi8> -> !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %v {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>

// -----

// CHECK: a call cannot name rows [2, 2)
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 3] : !tsbuf.table<4x2x1xi8>) layer 0 params {} rows #tinyts.pair<[2, 2]>

// -----

// CHECK: an overlap names an operand that does not exist
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 3] : !tsbuf.table<4x2x1xi8>) layer 0 params {} overlaps [#tsbuf.overlap<out 1 row 0, in 0 row 2, same>]

// -----

// CHECK: an overlap names a row that is not accessed
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 3] : !tsbuf.table<4x2x1xi8>) layer 0 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 3, trail 4>]

// -----

// CHECK: trail -1 is negative
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 3] : !tsbuf.table<4x2x1xi8>) layer 0 params {} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 2, trail -1>]

// -----

// CHECK: expected tinyts.pair after 'rows'
%b = tsbuf.buffer : !tsbuf.buffer<4x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<4x2x1xi8>) -> !tsbuf.table<4x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<4x2x1xi8>) ins(input = %x [2, 3] : !tsbuf.table<4x2x1xi8>) layer 0 params {} rows 3 : i64

// -----

// CHECK: only read_rows writes a table with a port
%b = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<1x2x1xi8>) layer 0 params {}

// -----

// CHECK: read_rows must write one table with a port and have nothing else
%b = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0]} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>
tsbuf.kernel "read_rows" outs(output = %x [0, 1] : !tsbuf.table<1x2x1xi8>) layer 0 params {}

// -----

// CHECK: read_rows must write one table with a port and have nothing else
%b = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>
tsbuf.kernel "read_rows" outs(output = %x [0, 1] : !tsbuf.table<1x2x1xi8>) layer 0 params {mode = 1 : i32}

// -----

// CHECK: 'copy' takes no tensor that is cut into tiles
%b = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %b {starts = [0], borders = [0, 1, 2]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<2x2x1xi8>
tsbuf.kernel "copy" outs(output = %x [0, 1] : !tsbuf.table<2x2x1xi8>) layer 0 params {}

// -----

// CHECK: rows [1, 3) lie in several columns of tiles
%b = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %b {starts = [0], borders = [0, 1, 2]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<2x2x1xi8>
tsbuf.kernel "copy_tiles" outs(output = %x [1, 3] : !tsbuf.table<2x2x1xi8>) layer 0 params {}
