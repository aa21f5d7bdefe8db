// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena --choose-kernels='kernels="cmsis-nn" size=4096' --verify-arena -t tinyts-c | filecheck %s

// The model's source names our wrapper, the constants as TFLite has them, and scratch;
// nothing of CMSIS-NN itself. A multiplier of 0 makes its channel's bias 0.

// CHECK: #include "tinyts.h"
// CHECK-NEXT: #include "tinyts_conv_2d_cmsis_nn.h"
// CHECK-NOT: #include
// CHECK-NOT: arm_
// CHECK: static const int8_t weights_0[18] = {
// CHECK-NEXT: 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1
// CHECK: static const int32_t bias_0[2] = {
// CHECK-NEXT: 7, 0
// CHECK: static const int32_t quant_multiplier_0[2] = {
// CHECK-NEXT: 1073741824, 0
// CHECK: /* conv_2d_cmsis_nn of tensor 2: - */
// CHECK-NEXT: static const tinyts_conv_2d_cmsis_nn_layer layer_0 =
// CHECK: .workspace = &tensor_1
// CHECK-NOT: arm_
// CHECK: tinyts_conv_2d_cmsis_nn(&layer_0, memory, 0, 4);

#q = #tinyts.quant<0.5 : f32, 0>

func.func @toy(%x: tensor<1x4x3x1xi8, #q>) -> tensor<1x4x3x2xi8, #q> {
  %w = tinyts.constant dense<[[[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]], [[[9], [8], [7]], [[6], [5], [4]], [[3], [2], [1]]]]> : tensor<2x3x3x1xi8>
  %b = tinyts.constant dense<[7, 2147483647]> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<[0.03125, 1.0e-20]> : tensor<2xf32>, layer = 2} : (tensor<1x4x3x1xi8, #q>, tensor<2x3x3x1xi8>, tensor<2xi32>) -> tensor<1x4x3x2xi8, #q>
  return %y : tensor<1x4x3x2xi8, #q>
}
