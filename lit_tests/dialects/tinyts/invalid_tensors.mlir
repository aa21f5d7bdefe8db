// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: shapes [1, 4, 4, 2] and [4, 7] differ in size
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.reshape %x : (tensor<1x4x4x2xi8, #q>) -> tensor<4x7xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8>
%y = tinyts.reshape %x : (tensor<1x4x4x2xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: expected a quantized integer tensor or a float32 tensor, found tensor<1x4x4x2xi64, #tinyts.quant<
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi64, #q>
%y = tinyts.reshape %x : (tensor<1x4x4x2xi64, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: zero point 128 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.reshape %x : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 128>>

// -----

// CHECK: zero point -129 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, -129>>
%y = tinyts.reshape %x : (tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, -129>>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: rect is 2x4, the result is 4x4
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.reshape %x {rect = #tinyts.rect<[0, 2], [0, 4]>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: shape [4, 0] has an unknown or empty dimension
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x0xi8, #q>
%y = tinyts.reshape %x : (tensor<4x0xi8, #q>) -> tensor<4xi8, #q>

// -----

// CHECK: shape [?, 4] has an unknown or empty dimension; every dimension must be at least 1
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<?x4xi8, #q>
%y = tinyts.reshape %x : (tensor<?x4xi8, #q>) -> tensor<4xi8, #q>
