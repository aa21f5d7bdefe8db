// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='kernels="cmsis-nn"' --verify-arena -t mlir-elided | filecheck %s
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='kernels="cmsis-nn" target=host size=65536' --verify-arena -t mlir-elided | filecheck %s --check-prefix=ROOM
// RUN: tinyts-opt %s --split-height=1 --fold-slices --schedule --convert-tinyts-to-tsbuf --plan-arena='alignment=32' --choose-kernels='kernels="cmsis-nn" target=host size=65536' --verify-arena -t mlir-elided | filecheck %s --check-prefix=GAPS
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena overlap=trail' --plan-arena --choose-kernels='kernels="cmsis-nn" size=65536' --verify-arena -t mlir-elided | filecheck %s --check-prefix=PLACE

// CMSIS-NN reads the constants in TFLite's layout. It needs no scratch for windows of
// one pixel; for those of three by three the arena has no room, so ours computes them.
// CHECK-LABEL: func.func @toy
// CHECK: tsbuf.kernel "conv_2d" variant "cmsis_nn" outs(output = {{.*}} constants(weights = {{.*}} : tensor<16x1x1x16xi8>, bias = {{.*}} : tensor<16xi32>, quant.multiplier = {{.*}}, quant.shift =
// CHECK: tsbuf.kernel "conv_2d" variant "direct"
// CHECK: tsbuf.kernel "softmax" variant "cmsis_nn"

// With room it computes all of them, whatever our kernels are made for.
// ROOM: %[[BUFFER:.*]] = tsbuf.buffer {offset = {{[0-9]+}} : i64} : !tsbuf.buffer<1x576x1xi8>
// ROOM-NEXT: %[[SCRATCH:.*]] = tsbuf.rows %[[BUFFER]]
// ROOM: tsbuf.kernel "conv_2d" variant "cmsis_nn" outs(output = %{{[0-9]+}} [0, 4] : !tsbuf.table<4x3x16xi8>) ins(
// ROOM: tsbuf.kernel "conv_2d" variant "cmsis_nn" outs({{.*}}workspace = %[[SCRATCH]] [0, 1]
// ROOM: tsbuf.kernel "softmax" variant "cmsis_nn"

// Rows of 48 bytes that begin at multiples of 32 have gaps: windows of three rows are
// ours, single rows are still images of their own.
// GAPS: tsbuf.kernel "conv_2d" variant "cmsis_nn" outs({{.*}} [0, 1]
// GAPS: tsbuf.kernel "conv_2d" outs({{.*}} [0, 1]
// GAPS: tsbuf.kernel "softmax" variant "cmsis_nn" outs({{.*}} [0, 1]

// The convolution of 1x1 writes over its input, which CMSIS-NN reads again for every
// two channels; the softmax may.
// PLACE: tsbuf.kernel "conv_2d" variant "{{direct|paired}}"
// PLACE: tsbuf.kernel "conv_2d" variant "cmsis_nn"
// PLACE: tsbuf.kernel "softmax" variant "cmsis_nn"

#q = #tinyts.quant<0.5 : f32, 0>
#s = #tinyts.quant<0.00390625 : f32, -128>
!x = tensor<1x4x3x16xi8, #q>
!s = tensor<1x4x3x16xi8, #s>

func.func @toy(%x: !x) -> !s {
  %w = tinyts.constant dense<1> : tensor<16x3x3x16xi8>
  %v = tinyts.constant dense<1> : tensor<16x1x1x16xi8>
  %b = tinyts.constant dense<0> : tensor<16xi32>
  %y = tinyts.conv_2d %x weights(%v, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 2} : (!x, tensor<16x1x1x16xi8>, tensor<16xi32>) -> !x
  %z = tinyts.conv_2d %y weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 3} : (!x, tensor<16x3x3x16xi8>, tensor<16xi32>) -> !x
  %p = tinyts.softmax %z {beta = 1.0 : f32, layer = 4} : (!x) -> !s
  return %p : !s
}
