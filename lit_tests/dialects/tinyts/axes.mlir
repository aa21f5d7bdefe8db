// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Operations along an axis, and two of values; they survive both forms.

// CHECK: func.func @axes
// GENERIC: "tinyts.arg_max"(%x)
!image = tensor<1x4x6x2xi8, #tinyts.quant<0.5 : f32, 3>>
func.func @axes(%x : !image) {
  // CHECK: tinyts.arg_max %x {axis = 3 : i64} : (
  %a = tinyts.arg_max %x {axis = 3 : i64} : (!image) -> tensor<1x4x6x1xi32, #tinyts.quant<1.0 : f32, 0>>
  // CHECK: tinyts.arg_max %x {axis = 2 : i64, least} : (
  %b = tinyts.arg_max %x {axis = 2 : i64, least} : (!image) -> tensor<1x4x1x2xi32, #tinyts.quant<1.0 : f32, 0>>
  // CHECK: tinyts.mean %x {axes = [1 : i64, 2 : i64], sum} : (
  %c = tinyts.mean %x {axes = [1 : i64, 2 : i64], sum} : (!image) -> tensor<1x1x1x2xi8, #tinyts.quant<2.0 : f32, 3>>
  // CHECK: tinyts.log_softmax %x : (
  %d = tinyts.log_softmax %x : (!image) -> tensor<1x4x6x2xi8, #tinyts.quant<0.0625 : f32, 127>>
  // CHECK: tinyts.l2_normalization %x : (
  %e = tinyts.l2_normalization %x : (!image) -> tensor<1x4x6x2xi8, #tinyts.quant<0.0078125 : f32, 0>>
  // CHECK: tinyts.batch_matmul %x, %x : (
  %f = tinyts.batch_matmul %x, %x : (!image, !image) -> tensor<1x4x6x6xi8, #tinyts.quant<0.5 : f32, 3>>
  // CHECK: tinyts.div %x, %x {clamp = #tinyts.clamp<-128, 127>} : (
  %g = tinyts.div %x, %x {clamp = #tinyts.clamp<-128, 127>} : (!image, !image) -> !image
  // CHECK: tinyts.squared_difference %x, %x : (
  %h = tinyts.squared_difference %x, %x : (!image, !image) -> !image
  func.return
}
