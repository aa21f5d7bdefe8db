// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s

// A kernel that reads several tensors of one field has an array of pointers.

// CHECK: #include "tinyts_concatenation.h"
// CHECK: /* concatenation of tensor 3: - */
// CHECK-NEXT: static const tinyts_tensor *const inputs_0[] = {&tensor_1, &tensor_2, &tensor_1};
// CHECK-NEXT: static const tinyts_concatenation_layer layer_0 = {
// CHECK-SAME: .output = &tensor_0, .inputs = inputs_0,
// CHECK: .count = 3
// CHECK: tinyts_concatenation(&layer_0, memory, 0, 1);

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x1x4x2xi8, #q>

func.func @net(%x: !x, %y: !x) -> tensor<1x1x4x6xi8, #q> {
  %z = tinyts.concatenation %x, %y, %x {axis = 3, layer = 3} : (!x, !x, !x) -> tensor<1x1x4x6xi8, #q>
  return %z : tensor<1x1x4x6xi8, #q>
}
