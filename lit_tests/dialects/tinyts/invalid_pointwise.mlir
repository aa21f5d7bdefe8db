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
