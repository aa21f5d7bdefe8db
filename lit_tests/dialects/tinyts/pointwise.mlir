// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Operations that compute value by value; they survive both forms.

#q = #tinyts.quant<0.5 : f32, -3>
#half = #tinyts.quant<0.25 : f32, 0>
!image = tensor<1x4x6x2xi8, #q>

// CHECK-LABEL: func.func @images
func.func @images(%x: !image) {
  %v = tinyts.constant dense<7> : tensor<256xi8>

  // CHECK: %table = tinyts.table %x values(%v) {layer = 3 : i64} : (tensor<1x4x6x2xi8,
  // CHECK-SAME: tensor<256xi8>) -> tensor<1x4x6x2xi8, #tinyts.quant<2.500000e-01 : f32, 0>>
  // GENERIC: "tinyts.table"(%x, %v) <{layer = 3 : i64}>
  %table = tinyts.table %x values(%v) {layer = 3} : (!image, tensor<256xi8>) -> tensor<1x4x6x2xi8, #half>

  // CHECK: %sub = tinyts.sub %x, %table {clamp = #tinyts.clamp<-128, 9>} : (
  // GENERIC: "tinyts.sub"(%x, %table) <{clamp = #tinyts.clamp<-128, 9>}>
  %sub = tinyts.sub %x, %table {clamp = #tinyts.clamp<-128, 9>} : (!image, tensor<1x4x6x2xi8, #half>) -> !image

  // CHECK: %min = tinyts.minimum %x, %sub : (
  // GENERIC: "tinyts.minimum"(%x, %sub) :
  %min = tinyts.minimum %x, %sub : (!image, !image) -> !image

  // CHECK: %max = tinyts.maximum %x, %sub : (
  %max = tinyts.maximum %x, %sub : (!image, !image) -> !image

  // CHECK: %prelu = tinyts.prelu %x, %table : (
  %prelu = tinyts.prelu %x, %table : (!image, tensor<1x4x6x2xi8, #half>) -> !image

  // CHECK: %picked = tinyts.gather_channels %x {channels = array<i32: 1, 0, 1>} : (
  // GENERIC: "tinyts.gather_channels"(%x) <{channels = array<i32: 1, 0, 1>}>
  %picked = tinyts.gather_channels %x {channels = array<i32: 1, 0, 1>} : (!image) -> tensor<1x4x6x3xi8, #q>
  return
}
