// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels --verify-arena -t mlir-elided | filecheck %s
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='size=4096' --verify-arena -t mlir-elided | filecheck %s --check-prefix=ROOM
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena --choose-kernels='flash=700' --verify-arena -t mlir-elided | filecheck %s --check-prefix=FLASH
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena --choose-kernels='target=portable' --verify-arena -t mlir-elided | filecheck %s --check-prefix=PORTABLE

// Input and output fill the arena, so that no scratch fits: windows are read where they
// lie, one pixel and eight channels at a time. Weights, biases and multipliers are one
// stream, the unpacked ones are gone.
// CHECK: tsbuf.arena @sram {estimated_instructions = {{[0-9]+}} : i64, bytes = 1024 :
// CHECK-LABEL: func.func @toy
// CHECK-NEXT: %[[STREAM:.*]] = tsbuf.constant dense<...> : tensor<192xi32>
// CHECK-NOT: tsbuf.constant
// CHECK: tsbuf.kernel "conv_2d" variant "direct" {{.*}} constants(stream = %[[STREAM]] : {{.*}} panel = "panel_1x8_w16_any"

// Where the arena may grow, two pixels are widened into scratch above it.
// ROOM: tsbuf.arena @sram {{.*}} bytes = 1088 :
// ROOM: %[[BUFFER:.*]] = tsbuf.buffer {offset = 1024 : i64} : !tsbuf.buffer<1x64x1xi8>
// ROOM-NEXT: %[[SCRATCH:.*]] = tsbuf.rows %[[BUFFER]]
// ROOM: tsbuf.kernel "conv_2d" variant "paired" outs({{.*}}workspace = %[[SCRATCH]] [0, 1] {{.*}} panel = "panel_2x4_w16_any"

// Weights of 16 bits do not fit into 700 bytes, those of 8 do.
// FLASH: tsbuf.constant dense<...> : tensor<{{1[0-6][0-9]}}xi32>
// FLASH: tsbuf.kernel "conv_2d" variant "direct" {{.*}} panel = "panel_1x8_w8_any"

// PORTABLE-NOT: estimated_instructions
// PORTABLE: tsbuf.kernel "conv_2d" outs({{.*}} constants(weights = {{.*}}bias = {{.*}}quant.multiplier =

#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x8x16xi8, #q>

func.func @toy(%x: !x) -> !x {
  %w = tinyts.constant dense<1> : tensor<16x1x1x16xi8>
  %b = tinyts.constant dense<0> : tensor<16xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 2} : (!x, tensor<16x1x1x16xi8>, tensor<16xi32>) -> !x
  return %y : !x
}
