// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -
// RUN: tinyts-opt %s --split-height=2 | filecheck %s --check-prefix=SPLIT

// It survives both forms. Rows 2 and 3 of six are made of input rows 0 to 2: what row 0
// adds begins one row above row 0, three above row 2.
// CHECK: tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>
// SPLIT: tinyts.slice %x <[0, 2], [0, 3]>
// SPLIT: pads [1, 0, 1, 0]>{{.*}}rect = #tinyts.rect<[0, 2], [0, 6]>
// SPLIT: tinyts.slice %x <[1, 3], [0, 3]>
// SPLIT: pads [1, 0, 1, 0]>{{.*}}rect = #tinyts.rect<[2, 4], [0, 6]>

#q = #tinyts.quant<0.5 : f32, 0>
func.func @f(%x: tensor<1x3x3x1xi8, #q>) -> tensor<1x6x6x1xi8, #q> {
  %w = tinyts.constant dense<1> : tensor<1x3x3x1xi8>
  %b = tinyts.constant dense<0> : tensor<1xi32>
  %y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<1x6x6x1xi8, #q>
  return %y : tensor<1x6x6x1xi8, #q>
}
