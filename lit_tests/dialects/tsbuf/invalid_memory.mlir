// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: expected HxWxCxi8
%b = tsbuf.buffer : !tsbuf.buffer<2x3xi8>

// -----

// CHECK: expected HxWxCxi8
%b = tsbuf.buffer : !tsbuf.buffer<1x2x3xi16>

// -----

// CHECK: expected HxWxCxi8
%t = "test.op"() : () -> !tsbuf.table<1x2x3x4xi8>

// -----

// CHECK: expected a #tinyts.quant
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [1] 5>} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: Expected 'output'
%b = tsbuf.external {port = #tsbuf.port<inout 0 "x" layer 0 [1] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: offset is negative
%b = tsbuf.buffer {offset = -4} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: the value does not fill the buffer
%b = tsbuf.constant_buffer {value = dense<[1, 2, 3]> : tensor<3xi8>} : !tsbuf.buffer<1x1x4xi8>

// -----

// CHECK: expected a dense constant
%c = tsbuf.constant 5 : i32

// -----

// CHECK: shape [1, 0, 3] has an unknown or empty dimension
%b = tsbuf.buffer : !tsbuf.buffer<1x0x3xi8>

// -----

// CHECK: shape [100000, 100000, 1] has more than 67108864 elements
%t = "test.op"() : () -> !tsbuf.table<100000x100000x1xi8>

// -----

// CHECK: shape [0] has an unknown or empty dimension
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [0] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: zero point 128 is not an int8
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [1] #tinyts.quant<0.5 : f32, 128>>} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: the port's shape [2, 3] does not have the 5 bytes of the buffer
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2, 3] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x5xi8>

// -----

// CHECK: the port's shape [4] does not have the 5 bytes of the buffer
%b = tsbuf.buffer {port = #tsbuf.port<input 0 "x" layer 0 [4] #tinyts.quant<0.5 : f32, 0>>} : !tsbuf.buffer<1x1x5xi8>

// -----

// CHECK: -1 bytes are not 0 to 268435456
tsbuf.arena @sram {bytes = -1}

// -----

// CHECK: alignment 6 is not a power of two
tsbuf.arena @sram {alignment = 6}

// -----

// CHECK: offset is larger than 268435456
%b = tsbuf.buffer {offset = 268435457} : !tsbuf.buffer<1x1x1xi8>

// -----

// CHECK: a constant of type i32; expected i8
%b = tsbuf.constant_buffer {value = dense<1> : tensor<1xi32>} : !tsbuf.buffer<1x1x4xi8>

// -----

// CHECK: a constant of type i64; expected i8 or i16 or i32
%c = tsbuf.constant dense<1> : tensor<2xi64>

// -----

// CHECK: the value does not fill its shape
%c = tsbuf.constant dense<1> : tensor<0xi8>

// -----

// CHECK: the value's type is not the result's
%c = "tsbuf.constant"() <{value = dense<1> : tensor<4xi8>}> : () -> tensor<2x2xi8>

// -----

// CHECK: the initial value does not fill the buffer
%b = tsbuf.persistent {variable = 0, initial = dense<[1, 2]> : tensor<2xi8>} : !tsbuf.buffer<1x1x4xi8>

// -----

// CHECK: a constant of type i32; expected i8
%b = tsbuf.persistent {variable = 0, initial = dense<[1, 2, 3, 4]> : tensor<4xi32>} : !tsbuf.buffer<1x1x4xi8>
