// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Constants, slices and concats, in both forms.

#q = #tinyts.quant<0.5 : f32, -3>
!image = tensor<1x4x6x2xi8, #q>

// CHECK-LABEL: func.func @constants
func.func @constants() {
  // CHECK-NEXT: %w = tinyts.constant dense<1> : tensor<4x3x3x2xi8>
  // GENERIC: "tinyts.constant"() <{value = dense<1> : tensor<4x3x3x2xi8>}> : () -> tensor<4x3x3x2xi8>
  %w = tinyts.constant dense<1> : tensor<4x3x3x2xi8>
  // CHECK-NEXT: %b = tinyts.constant {note = "kept"} dense<[1, -2]> : tensor<2xi32>
  // GENERIC: "tinyts.constant"() <{value = dense<[1, -2]> : tensor<2xi32>}> {note = "kept"}
  %b = tinyts.constant {note = "kept"} dense<"0x01000000FEFFFFFF"> : tensor<2xi32>
  // CHECK-NEXT: %row = tinyts.constant dense<[5, -5]> : tensor<2xi8, #tinyts.quant<5.000000e-01 : f32, -3>>
  %row = tinyts.constant dense<[5, -5]> : tensor<2xi8, #q>
  return
}

// CHECK-LABEL: func.func @parts
func.func @parts(%x: !image) -> !image {
  // CHECK-NEXT: %top = tinyts.slice %x <[0, 1], [0, 6]> : tensor<1x4x6x2xi8,
  // CHECK-SAME: -> tensor<1x1x6x2xi8, #tinyts.quant<5.000000e-01 : f32, -3>>
  // GENERIC: "tinyts.slice"(%x) <{rect = #tinyts.rect<[0, 1], [0, 6]>}>
  %top = tinyts.slice %x <[0, 1], [0, 6]> : !image -> tensor<1x1x6x2xi8, #q>
  // CHECK-NEXT: %left = tinyts.slice %x <[1, 4], [0, 2]> {note = "kept"}
  // CHECK-SAME: -> tensor<1x3x2x2xi8,
  %left = tinyts.slice %x <[1, 4], [0, 2]> {note = "kept"} : !image -> tensor<1x3x2x2xi8, #q>
  %right = tinyts.slice %x <[1, 4], [2, 6]> : !image -> tensor<1x3x4x2xi8, #q>
  // Parts come in any order, their places tell where they lie.
  // CHECK: tinyts.concat %right, %top, %left
  // CHECK-SAME: {places = [#tinyts.rect<[1, 4], [2, 6]>, #tinyts.rect<[0, 1], [0, 6]>, #tinyts.rect<[1, 4], [0, 2]>]}
  // CHECK-SAME: -> tensor<1x4x6x2xi8,
  // GENERIC: "tinyts.concat"(%right, %top, %left) <{places = [
  %y = tinyts.concat %right, %top, %left {places = [#tinyts.rect<[1, 4], [2, 6]>, #tinyts.rect<[0, 1], [0, 6]>, #tinyts.rect<[1, 4], [0, 2]>]} : (tensor<1x3x4x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x3x2x2xi8, #q>) -> !image
  return %y : !image
}
