// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: shapes [1, 4, 4, 2] and [2, 4, 2, 3] do not broadcast
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<2x4x2x3xi8, #q>)
%z = tinyts.add %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>, tensor<2x4x2x3xi8, #q>) -> tensor<2x4x4x3xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 3], expected [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.add %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>, tensor<2xi8, #q>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<2xi8>)
%z = tinyts.add %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>, tensor<2xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: shapes [1, 1, 1, 3] and [1, 4, 4, 2] do not broadcast
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<3xi8, #q>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.mul %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<3xi8, #q>, tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.mul %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8>, tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: shape [1, 3, 4, 5, 6] broadcasts to [2, 3, 4, 5, 6] in a dimension before the last three
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2x3x4x5x6xi8, #q>, tensor<1x3x4x5x6xi8, #q>)
%z = tinyts.mul %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2x3x4x5x6xi8, #q>, tensor<1x3x4x5x6xi8, #q>) -> tensor<2x3x4x5x6xi8, #q>

// -----

// CHECK: the result's scale is too small for the inputs' scales
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.add %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tinyts.quant<1.0e-10 : f32, 0>>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.mul %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tinyts.quant<1.0e-20 : f32, 0>>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8>
%y = tinyts.softmax %x {beta = 1.0 : f32} : (tensor<1x4x4x2xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: result has shape [2, 8], expected [2, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x4xi8, #q>
%y = tinyts.softmax %x {beta = 1.0 : f32} : (tensor<2x4xi8, #q>) -> tensor<2x8xi8, #q>

// -----

// CHECK: the result must be int8 of scale 1/256, zero point -128
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.softmax %x {beta = 1.0 : f32} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: beta must be positive
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.softmax %x {beta = 0.0 : f32} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #tinyts.quant<0.00390625 : f32, -128>>

// -----

// CHECK: has no last dimension of 1 to
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x9000xi8, #q>
%y = tinyts.softmax %x {beta = 1.0 : f32} : (tensor<1x9000xi8, #q>) -> tensor<1x9000xi8, #tinyts.quant<0.00390625 : f32, -128>>

// -----

// CHECK: beta times scale is 5e-21, which is too small
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.softmax %x {beta = 1.0e-20 : f32} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #tinyts.quant<0.00390625 : f32, -128>>

// -----

// CHECK: input and result differ in quantization
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.assign %x : (tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4x4x2xi8, #tinyts.quant<0.25 : f32, 0>>

// -----

// CHECK: result has shape [1, 4, 8], expected [1, 4, 4, 2]
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 0>>
%y = tinyts.assign %x : (tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 0>>) -> tensor<1x4x8xi8, #tinyts.quant<0.5 : f32, 0>>
