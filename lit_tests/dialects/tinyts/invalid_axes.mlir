// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: axis is 1; columns are axis 2, channels axis 3
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.arg_max %x {axis = 1 : i64} : (tensor<1x4x6x2xi8, #q>) -> tensor<1x1x6x2xi32, #tinyts.quant<1.0 : f32, 0>>

// -----

// CHECK: the result must be int32 of scale 1, zero point 0
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.arg_max %x {axis = 3 : i64} : (tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x1xi32, #q>

// -----

// CHECK: result has shape [1, 4, 6, 2], expected [1, 4, 6, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.arg_max %x {axis = 3 : i64} : (tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x2xi32, #tinyts.quant<1.0 : f32, 0>>

// -----

// CHECK: a sum of 24 values overflows 32 bits where it is shifted by 19
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-6 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.mean %x {axes = [1, 2], sum} : (tensor<1x4x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #tiny>

// -----

// CHECK: the result must be int8 of scale 1/16, zero point 127
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.log_softmax %x : (tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x2xi8, #q>

// -----

// CHECK: shape [4096] has no last dimension of 1 to 4095
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4096xi8, #q>
%y = tinyts.log_softmax %x : (tensor<4096xi8, #q>) -> tensor<4096xi8, #tinyts.quant<0.0625 : f32, 127>>

// -----

// CHECK: beta times scale is 1e-09, which is too small
#q = #tinyts.quant<1.0e-9 : f32, 0>
%x = "test.op"() : () -> tensor<6xi8, #q>
%y = tinyts.log_softmax %x : (tensor<6xi8, #q>) -> tensor<6xi8, #tinyts.quant<0.0625 : f32, 127>>

// -----

// CHECK: the result must be int8 of scale 1/128, zero point 0
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%y = tinyts.l2_normalization %x : (tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x2xi8, #q>

// -----

// CHECK: shape [33026] has no last dimension of 1 to 33025
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<33026xi8, #q>
%y = tinyts.l2_normalization %x : (tensor<33026xi8, #q>) -> tensor<33026xi8, #tinyts.quant<0.0078125 : f32, 0>>

// -----

// CHECK: pixels of 2 and of 3 channels have no dot product
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x6x2xi8, #q>, tensor<1x4x5x3xi8, #q>)
%z = tinyts.batch_matmul %x, %y : (tensor<1x4x6x2xi8, #q>, tensor<1x4x5x3xi8, #q>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: 4 and 3 rows do not broadcast
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x6x2xi8, #q>, tensor<1x3x5x2xi8, #q>)
%z = tinyts.batch_matmul %x, %y : (tensor<1x4x6x2xi8, #q>, tensor<1x3x5x2xi8, #q>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: 33026 channels are more than 33025
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x1x1x33026xi8, #q>
%z = tinyts.batch_matmul %x, %x : (tensor<1x1x1x33026xi8, #q>, tensor<1x1x1x33026xi8, #q>) -> tensor<1x1x1x1xi8, #q>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-12 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%z = tinyts.batch_matmul %x, %x : (tensor<1x4x6x2xi8, #q>, tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x6xi8, #tiny>

// -----

// CHECK: result has shape [1, 4, 6, 5], expected [1, 4, 6, 6]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%z = tinyts.batch_matmul %x, %x : (tensor<1x4x6x2xi8, #q>, tensor<1x4x6x2xi8, #q>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: needs a ratio below 2**22
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-7 : f32, 0>
%x = "test.op"() : () -> tensor<2xi8, #q>
%z = tinyts.div %x, %x {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tiny>

// -----

// CHECK: multiplier {{.*}} is too large
#huge = #tinyts.quant<1.0e12 : f32, 0>
#tiny = #tinyts.quant<1.0e-7 : f32, 0>
%x = "test.op"() : () -> tensor<2xi8, #huge>
%y = "test.op"() : () -> tensor<2xi8, #tiny>
%z = tinyts.div %x, %y {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #huge>, tensor<2xi8, #tiny>) -> tensor<2xi8, #tiny>

// -----

// CHECK: the square overflows 32 bits
#q = #tinyts.quant<0.5 : f32, 0>
#tiny = #tinyts.quant<1.0e-7 : f32, 0>
%x = "test.op"() : () -> tensor<2xi8, #q>
%z = tinyts.squared_difference %x, %x : (tensor<2xi8, #q>, tensor<2xi8, #q>) -> tensor<2xi8, #tiny>

// -----

// CHECK: inputs and result differ in their type
#q = #tinyts.quant<0.5 : f32, 0>
%x, %y = "test.op"() : () -> (tensor<1x4x6x2xi8, #q>, tensor<1x4x6x2xf32>)
%z = tinyts.concatenation %x, %y {axis = 3} : (tensor<1x4x6x2xi8, #q>, tensor<1x4x6x2xf32>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: values of int32 are not joined, only int8 and float32
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi32, #q>
%z = tinyts.concatenation %x, %x {axis = 3} : (tensor<1x4x6x2xi32, #q>, tensor<1x4x6x2xi32, #q>) -> tensor<1x4x6x4xi32, #q>
