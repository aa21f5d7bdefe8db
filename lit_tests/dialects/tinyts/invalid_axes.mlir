// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: axes [1, 1] do not exist in [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.mean %x {axes = [1, 1]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x1x4x2xi8, #q>

// -----

// CHECK: axes [4] do not exist in [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.mean %x {axes = [4]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: axes [-1] do not exist in [1, 4, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.mean %x {axes = [-1]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8>
%y = tinyts.mean %x {axes = [1]} : (tensor<1x4x4x2xi8>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: result has shape [1, 4, 1, 2], expected [1, 1, 4, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.mean %x {axes = [1]} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x1x2xi8, #q>

// -----

// CHECK: axis 4 does not exist in the inputs
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 4} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: axis -1 does not exist in the inputs
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = -1} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: axis 0 does not exist in the inputs
#q = #tinyts.quant<0.5 : f32, 0>
%z = tinyts.concatenation {axis = 0} : () -> tensor<4xi8, #q>

// -----

// CHECK: shapes [1, 4, 4, 2] and [1, 4, 5, 2] do not join on axis 3
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x5x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 3} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x5x2xi8, #q>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: shapes [1, 4, 4, 2] and [4, 4, 2] do not join on axis 3
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 3} : (tensor<1x4x4x2xi8, #q>, tensor<4x4x2xi8, #q>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: inputs and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 1>>)
%z = tinyts.concatenation %x, %y {axis = 3} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 1>>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 3], expected [1, 4, 4, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 3} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: axes [1] of [2, 3, 4, 5, 6] reach beyond the last three; the dimensions before these must be 1
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x3x4x5x6xi8, #q>
%y = tinyts.mean %x {axes = [1]} : (tensor<2x3x4x5x6xi8, #q>) -> tensor<2x1x4x5x6xi8, #q>

// -----

// CHECK: axes [2] of [2, 3, 4, 5, 6] reach beyond the last three
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x3x4x5x6xi8, #q>
%y = tinyts.mean %x {axes = [2]} : (tensor<2x3x4x5x6xi8, #q>) -> tensor<2x3x1x5x6xi8, #q>

// -----

// CHECK: axis 0 of [1, 4, 4, 2] is not among the last three, or dimensions before these are not 1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 0} : (tensor<1x4x4x2xi8, #q>, tensor<1x4x4x2xi8, #q>) -> tensor<2x4x4x2xi8, #q>

// -----

// CHECK: axis 1 of [2, 4, 4, 2] is not among the last three, or dimensions before these are not 1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<2x4x4x2xi8, #q>, tensor<2x4x4x2xi8, #q>)
%z = tinyts.concatenation %x, %y {axis = 1} : (tensor<2x4x4x2xi8, #q>, tensor<2x4x4x2xi8, #q>) -> tensor<2x8x4x2xi8, #q>
