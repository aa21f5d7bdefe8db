// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: values are tensor<255xi8>, not tensor<256xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %v = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<255xi8>)
%z = tinyts.table %x values(%v) : (tensor<1x4x4x2xi8, #q>, tensor<255xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: values are tensor<256xi32>, not tensor<256xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %v = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<256xi32>)
%z = tinyts.table %x values(%v) : (tensor<1x4x4x2xi8, #q>, tensor<256xi32>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %v = "test.op"() : () -> (tensor<1x4x4x2xi8>, tensor<256xi8>)
%z = tinyts.table %x values(%v) : (tensor<1x4x4x2xi8>, tensor<256xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 3], expected [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %v = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<256xi8>)
%z = tinyts.table %x values(%v) : (tensor<1x4x4x2xi8, #q>, tensor<256xi8>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: shapes [1, 4, 4, 2] and [1, 4, 4, 3] do not broadcast
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x3xi8, #q>)
%z = tinyts.minimum %x, %y : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x3xi8, #q>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 1], expected [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.maximum %x, %y : (tensor<1x4x4x2xi8, #q>, tensor<2xi8, #q>) -> tensor<1x4x4x1xi8, #q>

// -----

// CHECK: the result's scale is too small for the inputs' scales
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-9 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.sub %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tiny>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-12 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8, #q>, tensor<2xi8, #q>)
%z = tinyts.prelu %x, %y : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tiny>

// -----

// CHECK: multiplier {{.*}} is
#huge = #tinyts.quant<3.0e38 : f32, 0>
#tiny = #tinyts.quant<1.0e-38 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2xi8, #huge>, tensor<2xi8, #huge>)
%z = tinyts.sub %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #huge>, tensor<2xi8, #huge>) -> tensor<2xi8, #tiny>

// -----

// CHECK: channels [2, -1] are not among the input's 2
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%z = tinyts.gather_channels %x {channels = array<i32: 0, 2, -1>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: channels [] are not among the input's 2
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%z = tinyts.gather_channels %x {channels = array<i32>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: input has shape [4, 4, 2], expected 1xHxWxC
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x4x2xi8, #q>
%z = tinyts.gather_channels %x {channels = array<i32: 0>} : (tensor<4x4x2xi8, #q>) -> tensor<4x4x1xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
#r = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%z = tinyts.gather_channels %x {channels = array<i32: 0>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x1xi8, #r>

// -----

// CHECK: result has shape [1, 4, 4, 2], expected [1, 4, 4, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%z = tinyts.gather_channels %x {channels = array<i32: 0>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>
