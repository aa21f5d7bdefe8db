// RUN: tinyts-opt %s --split-height=2 | filecheck %s

// An op without a number gets one that no other op, no input and no output has: here
// output number 8 is a constant that no op computes.

!image = tensor<1x2x1x1xi8, #tinyts.quant<1.0 : f32, 0>>
// CHECK-LABEL: func.func @ports
func.func @ports(%x : !image {tinyts.layer = 5 : i64}, %c : !image) -> (!image, !image {tinyts.layer = 8 : i64}) {
  // CHECK: tinyts.minimum %x, %c {layer = 9 : i64}
  %y = tinyts.minimum %x, %c : (!image, !image) -> !image
  // CHECK: tinyts.minimum %y, %x {layer = 3 : i64}
  %z = tinyts.minimum %y, %x {layer = 3 : i64} : (!image, !image) -> !image
  func.return %z, %c : !image, !image
}
