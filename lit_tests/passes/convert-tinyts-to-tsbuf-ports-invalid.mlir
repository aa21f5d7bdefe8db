// RUN: tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf --verify-diagnostics | filecheck %s
// RUN: tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf --verify-diagnostics --disable-verify | filecheck %s --check-prefix=RETURN

// CHECK: convert-tinyts-to-tsbuf: tinyts.name of input 1 is no string
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %y: !x {tinyts.name = 5}) -> !x {
  return %x : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.layer of output 0 is no integer
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> (!x {tinyts.layer = "one"}) {
  return %x : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net: result 0: expected a quantized integer tensor or a float32 tensor, found tensor<2xi32>
func.func @net(%x: tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>) -> tensor<2xi32> {
  %c = tinyts.constant dense<0> : tensor<2xi32>
  return %c : tensor<2xi32>
}

// -----

// Columns that lie side by side are not rows either.
// CHECK: convert-tinyts-to-tsbuf: tinyts.concat joins rows that do not follow each other in one tensor
!x = tensor<1x2x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
!y = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%a: !x, %b: !x) -> !y {
  %y = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 2], [0, 1]>, #tinyts.rect<[0, 2], [1, 2]>]} : (!x, !x) -> !y
  return %y : !y
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net: argument 0: expected a tensor, found i32
func.func @net(%x: i32) -> i32 {
  return %x : i32
}

// -----

// The verifier says the same of any function.
// CHECK: tinyts.reshape terminates block in single-block region but is not a terminator
// RETURN: convert-tinyts-to-tsbuf: a function must end with func.return
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  %y = tinyts.reshape %x : (!x) -> !x
}

// -----

// CHECK: tinyts.shape [1 : i64, 3 : i64] is no shape of 4 elements
func.func @shape(%x: tensor<1x4x1x1xi8, #tinyts.quant<0.5 : f32, 0>> {tinyts.shape = [1, 3]}) -> tensor<1x4x1x1xi8, #tinyts.quant<0.5 : f32, 0>> {
  return %x : tensor<1x4x1x1xi8, #tinyts.quant<0.5 : f32, 0>>
}
