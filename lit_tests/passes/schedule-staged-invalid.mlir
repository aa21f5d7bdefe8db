// RUN: tinyts-opt %s --schedule=staged --verify-diagnostics | filecheck %s

// CHECK: schedule: tinyts.softmax of layer 1 is in a later stage than tinyts.softmax of layer 2, which reads it

!x = tensor<1x2x2x2xi8, #tinyts.quant<0.00390625 : f32, -128>>
func.func @f(%x: !x) -> !x {
  %y = tinyts.softmax %x {beta = 1.0 : f32, layer = 1, stage = 1} : (!x) -> !x
  %s = tinyts.slice %y <[0, 2], [0, 2]> : !x -> !x
  %z = tinyts.softmax %s {beta = 1.0 : f32, layer = 2, stage = 0} : (!x) -> !x
  return %z : !x
}
