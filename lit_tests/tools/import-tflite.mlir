// RUN: mkdir -p %t
// RUN: python %inputs/write_model.py %t/0_a-b.tflite
// RUN: tinyts-opt %t/0_a-b.tflite --print-debuginfo | filecheck %s
// RUN: tinyts-opt %t/0_a-b.tflite --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s --check-prefix=SOURCE
// RUN: cp %t/0_a-b.tflite %t/model.bin
// RUN: tinyts-opt -f tflite %t/model.bin | filecheck %s --check-prefix=NAME
// RUN: head -c 300 %t/0_a-b.tflite > %t/short.tflite
// RUN: not tinyts-opt %t/short.tflite 2>&1 | filecheck %s --check-prefix=SHORT

// The function has the file's name, as a C identifier. Ports and operations have the
// numbers and names of their tensors.
// CHECK: func.func @m0_a_b(
// CHECK-SAME: tensor<1x4x6x2xi8, #tinyts.quant<5.000000e-01 : f32, -3>> {tinyts.name = "image", tinyts.layer = 0 : i64}
// CHECK-SAME: -> (tensor<1x18xi8, #tinyts.quant<2.500000e-01 : f32, 4>> {tinyts.name = "[[OUT:.*]]", tinyts.layer = [[INDEX:.*]] : i64}) {
// An operator without a bias has one of zeros, SAME becomes pads, RELU6 a clamp, and
// the only scale of the weights is that of every channel.
// CHECK: tinyts.constant dense<0> : tensor<3xi32>
// CHECK: tinyts.conv_2d
// CHECK-SAME: window = #tinyts.window<[3, 3], stride [2, 2], pads [0, 1, 0, 1]>
// CHECK-SAME: clamp = #tinyts.clamp<4, 28>
// CHECK-SAME: weight_scales = dense<5.000000e-01> : tensor<3xf32>
// CHECK-SAME: layer = 2 : i64
// CHECK-SAME: loc("a/conv")
// CHECK: tinyts.reshape
// CHECK-SAME: {layer = [[INDEX]] : i64}
// CHECK-SAME: loc("[[OUT]]")

// SOURCE: /* conv_2d of tensor 2: a/conv */
// SOURCE: int m0_a_b_invoke(

// NAME: func.func @model(

// SHORT: error: {{.*}}short.tflite: the TensorFlow Lite model is damaged or truncated; export it again
// SHORT-NOT: {{.+}}
