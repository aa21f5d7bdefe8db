// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: the result of a quantization must not be float32
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.quantize %x : (tensor<1x4xf32>) -> tensor<1x4xf32>

// -----

// CHECK: expected a quantized integer tensor or a float32 tensor, found tensor<1x4xi32>
%x = "test.op"() : () -> tensor<1x4xi32>
%y = tinyts.quantize %x : (tensor<1x4xi32>) -> tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: result has shape [1, 5], expected [1, 4]
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.quantize %x : (tensor<1x4xf32>) -> tensor<1x5xi8, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: multiplier {{.*}} is too large
%x = "test.op"() : () -> tensor<1x4xi8, #tinyts.quant<1.0e+30 : f32, 0>>
%y = tinyts.quantize %x : (tensor<1x4xi8, #tinyts.quant<1.0e+30 : f32, 0>>) -> tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: a int16 input shifted by 16 bits overflows 32
%x = "test.op"() : () -> tensor<1x4xi16, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.quantize %x : (tensor<1x4xi16, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4xi32, #tinyts.quant<1.0e-5 : f32, 0>>

// -----

// CHECK: a int32 input is not supported
%x = "test.op"() : () -> tensor<1x4xi32, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.quantize %x : (tensor<1x4xi32, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: floats as int32 are not supported
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.quantize %x : (tensor<1x4xf32>) -> tensor<1x4xi32, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: TensorFlow Lite Micro dequantizes no int32
%x = "test.op"() : () -> tensor<1x4xi32, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.dequantize %x : (tensor<1x4xi32, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4xf32>

// -----

// CHECK: zero point 256 is not an uint8
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.quantize %x : (tensor<1x4xf32>) -> tensor<1x4xui8, #tinyts.quant<0.5 : f32, 256>>

// -----

// CHECK: the result of a dequantization must be float32
%x = "test.op"() : () -> tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.dequantize %x : (tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>

// -----

// CHECK: the input of a dequantization is float32 already
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.dequantize %x : (tensor<1x4xf32>) -> tensor<1x4xf32>

// -----

// CHECK: expected i8, ui8, i16, i32 or f32
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2, 4] i64>} : !tsbuf.buffer<2x4x4xi8>

// -----

// CHECK: the port's shape [2, 4] of float32 does not have the 8 bytes of the buffer or table
%b = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2, 4] f32>} : !tsbuf.buffer<2x4x1xi8>
