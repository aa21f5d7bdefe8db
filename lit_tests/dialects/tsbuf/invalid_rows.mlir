// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: the view differs in size from the buffer
%b = tsbuf.buffer : !tsbuf.buffer<1x2x3xi8>
%v = tsbuf.view %b : !tsbuf.buffer<1x2x3xi8> -> !tsbuf.buffer<1x1x5xi8>

// -----

// CHECK: there must be one start for each buffer
%0 = tsbuf.buffer : !tsbuf.buffer<1x2x3xi8>
%x = tsbuf.rows %0 {starts = [0, 1]} : (!tsbuf.buffer<1x2x3xi8>) -> !tsbuf.table<2x2x3xi8>

// -----

// CHECK: there must be one start for each buffer
%x = tsbuf.rows {starts = [0]} : () -> !tsbuf.table<2x2x3xi8>

// -----

// CHECK: a buffer differs in width or channels
%0 = tsbuf.buffer : !tsbuf.buffer<1x2x3xi8>
%x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x2x3xi8>) -> !tsbuf.table<1x3x2xi8>

// -----

// CHECK: a buffer differs in width or channels
%0 = tsbuf.buffer : !tsbuf.buffer<1x2x3xi8>
%x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x2x3xi8>) -> !tsbuf.table<1x3x3xi8>

// -----

// CHECK: a buffer differs in width or channels
%0 = tsbuf.buffer : !tsbuf.buffer<1x4x3xi8>
%x = tsbuf.rows %0 {starts = [0], ragged} : (!tsbuf.buffer<1x4x3xi8>) -> !tsbuf.table<1x3x3xi8>

// -----

// CHECK: rows [1, 3) overlap or do not exist
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%1 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0, %1 {starts = [0, 1]} : (!tsbuf.buffer<2x1x1xi8>, !tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<4x1x1xi8>

// -----

// CHECK: rows [0, 2) overlap or do not exist
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%1 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0, %1 {starts = [2, 0]} : (!tsbuf.buffer<2x1x1xi8>, !tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<4x1x1xi8>

// -----

// CHECK: rows [3, 5) overlap or do not exist
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%1 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0, %1 {starts = [0, 3]} : (!tsbuf.buffer<2x1x1xi8>, !tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<4x1x1xi8>

// -----

// CHECK: rows [-1, 1) overlap or do not exist
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0 {starts = [-1]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<4x1x1xi8>

// -----

// CHECK: the buffers lie in different memories
%a = tsbuf.buffer : !tsbuf.buffer<1x1x1xi8>
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [1] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x1xi8>
%x = tsbuf.rows %a, %b {starts = [0, 1]} : (!tsbuf.buffer<1x1x1xi8>, !tsbuf.buffer<1x1x1xi8>) -> !tsbuf.table<2x1x1xi8>

// -----

// CHECK: the buffers lie in different memories
%a = tsbuf.constant_buffer {value = dense<1> : tensor<1xi8>} : !tsbuf.buffer<1x1x1xi8>
%b = tsbuf.constant_buffer {value = dense<1> : tensor<1xi8>} : !tsbuf.buffer<1x1x1xi8>
%x = tsbuf.rows %a, %b {starts = [0, 1]} : (!tsbuf.buffer<1x1x1xi8>, !tsbuf.buffer<1x1x1xi8>) -> !tsbuf.table<2x1x1xi8>

// -----

// CHECK: expected a buffer
%a = "test.op"() : () -> !tsbuf.buffer<1x1x1xi8>
%x = tsbuf.rows %a {starts = [0]} : (!tsbuf.buffer<1x1x1xi8>) -> !tsbuf.table<1x1x1xi8>

// -----

// CHECK: a table with a port must be an input
%b = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<output 0 "y" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>

// -----

// CHECK: the port's shape [3] does not have the 2 bytes of the buffer or table
%b = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<input 0 "x" layer 0 [3] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>

// -----

// CHECK: the rows of a table with a port must be tsbuf.buffers without one
%b = tsbuf.buffer {port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<input 1 "z" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>

// -----

// CHECK: the rows of a table with a port must be tsbuf.buffers without one
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %b {starts = [0], port = #tsbuf.port<input 1 "z" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x2x1xi8>

// -----

// CHECK: pixels of the buffers are unevenly spaced
%b = tsbuf.buffer : !tsbuf.buffer<1x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 1, row_pitch 4, pixel_pitch 2>} : !tsbuf.buffer<1x2x2xi8> -> !tsbuf.buffer<1x2x1xi8>
%c = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %v, %c {starts = [0, 1]} : (!tsbuf.buffer<1x2x1xi8>, !tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<2x2x1xi8>

// -----

// CHECK: the window leaves the buffer of 4 bytes
%b = tsbuf.buffer : !tsbuf.buffer<1x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 2, row_pitch 4, pixel_pitch 2>} : !tsbuf.buffer<1x2x2xi8> -> !tsbuf.buffer<1x2x1xi8>

// -----

// CHECK: pixels or rows of the window overlap
%b = tsbuf.buffer : !tsbuf.buffer<4x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 0, row_pitch 4, pixel_pitch 1>} : !tsbuf.buffer<4x2x2xi8> -> !tsbuf.buffer<1x2x2xi8>

// -----

// CHECK: pixels or rows of the window overlap
%b = tsbuf.buffer : !tsbuf.buffer<4x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 0, row_pitch 2, pixel_pitch 2>} : !tsbuf.buffer<4x2x2xi8> -> !tsbuf.buffer<2x2x1xi8>

// -----

// CHECK: a window is a view of a buffer and has no views
%b = tsbuf.buffer : !tsbuf.buffer<1x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 1, row_pitch 4, pixel_pitch 2>} : !tsbuf.buffer<1x2x2xi8> -> !tsbuf.buffer<1x2x1xi8>
%w = tsbuf.view %v : !tsbuf.buffer<1x2x1xi8> -> !tsbuf.buffer<1x1x2xi8>

// -----

// CHECK: a window is a view of a buffer and has no views
%b = tsbuf.buffer : !tsbuf.buffer<1x2x2xi8>
%v = tsbuf.view %b : !tsbuf.buffer<1x2x2xi8> -> !tsbuf.buffer<1x1x4xi8>
%w = tsbuf.view %v {layout = #tsbuf.layout<offset 1, row_pitch 4, pixel_pitch 1>} : !tsbuf.buffer<1x1x4xi8> -> !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: Expected 'row_pitch'
%b = tsbuf.buffer : !tsbuf.buffer<1x2x2xi8>
%v = tsbuf.view %b {layout = #tsbuf.layout<offset 1, rows 4, pixel_pitch 2>} : !tsbuf.buffer<1x2x2xi8> -> !tsbuf.buffer<1x2x1xi8>

// -----

// CHECK: borders [0, 2, 2, 3] do not ascend from 0 to the width of 3
%0 = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
%x = tsbuf.rows %0 {starts = [0], borders = [0, 2, 2, 3]} : (!tsbuf.buffer<1x2x1xi8>) -> !tsbuf.table<1x3x1xi8>

// -----

// CHECK: a buffer spans several columns of tiles
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0 {starts = [1], borders = [0, 1, 2]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<2x2x1xi8>

// -----

// CHECK: a buffer differs in width or channels
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0 {starts = [2], borders = [0, 1, 3]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<2x3x1xi8>

// -----

// CHECK: rows [3, 5) overlap or do not exist
%0 = tsbuf.buffer : !tsbuf.buffer<2x1x1xi8>
%x = tsbuf.rows %0 {starts = [3], borders = [0, 1, 2]} : (!tsbuf.buffer<2x1x1xi8>) -> !tsbuf.table<2x2x1xi8>

// -----

// CHECK: a table with a port has no tiles
%0 = tsbuf.buffer : !tsbuf.buffer<1x1x1xi8>
%x = tsbuf.rows %0 {starts = [0], borders = [0, 1, 2], port = #tsbuf.port<input 0 "x" layer 0 [2] #tinyts.quant<0.5 : f32, 0>>} : (!tsbuf.buffer<1x1x1xi8>) -> !tsbuf.table<1x2x1xi8>
