// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='spare=2' --verify-arena -t mlir-elided | filecheck %s
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='spare=1' --verify-arena -t mlir-elided | filecheck %s --check-prefix=LESS
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --choose-kernels='spare=1 unsplit=1000' --verify-arena -t mlir-elided | filecheck %s

// Input and output fill 4096 bytes. Scratch needs 64 more, which is less than 2 percent
// and worth its instructions; one percent is not enough for it, unless the instructions
// are far from those of the unsplit schedule.
// CHECK: tsbuf.arena @sram {{.*}} bytes = 4160 :
// CHECK: tsbuf.kernel "conv_2d" variant "paired"
// LESS: tsbuf.arena @sram {{.*}} bytes = 4096 :
// LESS: tsbuf.kernel "conv_2d" variant "direct"

#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x16x8x16xi8, #q>

func.func @toy(%x: !x) -> !x {
  %w = tinyts.constant dense<1> : tensor<16x1x1x16xi8>
  %b = tinyts.constant dense<0> : tensor<16xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 2} : (!x, tensor<16x1x1x16xi8>, tensor<16xi32>) -> !x
  return %y : !x
}
