// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: expected a dense constant
%c = tinyts.constant 5 : i32

// -----

// CHECK: the value's type is not the result's
%c = "tinyts.constant"() <{value = dense<1> : tensor<4xi8>}> : () -> tensor<2x2xi8>

// -----

// CHECK: the value does not fill its shape
%c = tinyts.constant dense<1> : tensor<0xi8>

// -----

// CHECK: vector<2xi8> should be of base attribute tensor
%c = tinyts.constant dense<1> : vector<2xi8>

// -----

// CHECK: input has rank 3, expected 4
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 2], [0, 4]> : tensor<4x4x2xi8, #q> -> tensor<2x4x2xi8, #q>

// -----

// CHECK: rectangle (0, 5, 0, 4) is not inside [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 5], [0, 4]> : tensor<1x4x4x2xi8, #q> -> tensor<1x5x4x2xi8, #q>

// -----

// CHECK: rectangle (0, 2, 3, 5) is not inside [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 2], [3, 5]> : tensor<1x4x4x2xi8, #q> -> tensor<1x2x2x2xi8, #q>

// -----

// CHECK: result has type tensor<1x3x4x2xi8, #tinyts.quant<5.000000e-01 : f32, 0>>, not tensor<1x2x4x2xi8,
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 2], [0, 4]> : tensor<1x4x4x2xi8, #q> -> tensor<1x3x4x2xi8, #q>

// -----

// CHECK: result has type tensor<1x2x4x2xi8, #tinyts.quant<2.500000e-01 : f32, 0>>, not
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 2], [0, 4]> : tensor<1x4x4x2xi8, #q> -> tensor<1x2x4x2xi8, #tinyts.quant<0.25 : f32, 0>>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8>
%y = tinyts.slice %x <[0, 2], [0, 4]> : tensor<1x4x4x2xi8> -> tensor<1x2x4x2xi8, #q>

// -----

// CHECK: result has rank 3, expected 4
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<4x4x2xi8, #q>)
%y = tinyts.concat %0 {places = [#tinyts.rect<[0, 4], [0, 4]>]} : (tensor<4x4x2xi8, #q>) -> tensor<4x4x2xi8, #q>

// -----

// CHECK: there must be one place for each part
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>)
%y = tinyts.concat %0 {places = []} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: there must be one place for each part
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<1x2x4x2xi8, #q>)
%y = tinyts.concat %0 {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 4], [0, 4]>]} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>)
%y = tinyts.concat %0 {places = [#tinyts.rect<[0, 4], [0, 4]>]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8>

// -----

// CHECK: part has type tensor<1x2x4x2xi8, #tinyts.quant<5.000000e-01 : f32, 0>>, not tensor<1x4x4x2xi8,
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<1x2x4x2xi8, #q>)
%y = tinyts.concat %0 {places = [#tinyts.rect<[0, 4], [0, 4]>]} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: a place is not inside the result
#q = #tinyts.quant<0.5 : f32, 0>
%0 = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>)
%y = tinyts.concat %0 {places = [#tinyts.rect<[1, 5], [0, 4]>]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: the places do not tile the result
#q = #tinyts.quant<0.5 : f32, 0>
%0, %1 = "test.op"() : () -> (tensor<1x2x4x2xi8, #q>, tensor<1x1x4x2xi8, #q>)
%y = tinyts.concat %0, %1 {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[3, 4], [0, 4]>]} : (tensor<1x2x4x2xi8, #q>, tensor<1x1x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: two places overlap
#q = #tinyts.quant<0.5 : f32, 0>
%0, %1 = "test.op"() : () -> (tensor<1x2x4x2xi8, #q>, tensor<1x2x4x2xi8, #q>)
%y = tinyts.concat %0, %1 {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[1, 3], [0, 4]>]} : (tensor<1x2x4x2xi8, #q>, tensor<1x2x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: two places overlap
#q = #tinyts.quant<0.5 : f32, 0>
%0, %1, %2 = "test.op"() : () -> (tensor<1x4x1x2xi8, #q>, tensor<1x4x2x2xi8, #q>, tensor<1x4x1x2xi8, #q>)
%y = tinyts.concat %0, %1, %2 {places = [#tinyts.rect<[0, 4], [0, 1]>, #tinyts.rect<[0, 4], [2, 4]>, #tinyts.rect<[0, 4], [2, 3]>]} : (tensor<1x4x1x2xi8, #q>, tensor<1x4x2x2xi8, #q>, tensor<1x4x1x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: a constant of type i64; expected
%c = tinyts.constant dense<1> : tensor<2xi64>

// -----

// CHECK: batch is 2; only batch 1 is supported
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x4x4x2xi8, #q>
%y = tinyts.slice %x <[0, 2], [0, 4]> : tensor<2x4x4x2xi8, #q> -> tensor<2x2x4x2xi8, #q>

// -----

// CHECK: batch is 2; only batch 1 is supported
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x4x4x2xi8, #q>
%y = tinyts.concat %x {places = [#tinyts.rect<[0, 8], [0, 4]>]} : (tensor<2x4x4x2xi8, #q>) -> tensor<2x4x4x2xi8, #q>

// -----

// CHECK: input and result differ in their type
%x = "test.op"() : () -> tensor<1x4xf32>
%y = tinyts.reshape %x : (tensor<1x4xf32>) -> tensor<4xi8, #tinyts.quant<0.5 : f32, 0>>
