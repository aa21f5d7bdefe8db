// RUN: tinyts-opt %s --fold-reshapes | filecheck %s

// A reshape to its own type goes.
// CHECK-LABEL: func.func @identity
// CHECK-NOT: tinyts.reshape
// CHECK: return %x

// A chain is one reshape, and none where it leads back.
// CHECK-LABEL: func.func @chain
// CHECK: %y = tinyts.reshape %x {layer = 2 : i64} : (tensor<1x4x4x2xi8,
// CHECK-NOT: tinyts.reshape
// CHECK: return %y
// CHECK-LABEL: func.func @back
// CHECK-NOT: tinyts.reshape
// CHECK: return %x

// One that changes what the bytes mean stays.
// CHECK-LABEL: func.func @requantized
// CHECK: tinyts.reshape

// An input is reshaped before it is quantized, if nothing else reads that.
// CHECK-LABEL: func.func @input
// CHECK: [[S:%[a-z0-9_]+]] = tinyts.reshape %x : (tensor<1x32xf32>) -> tensor<1x4x4x2xf32>
// CHECK-NEXT: tinyts.quantize [[S]] : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xi8,
// CHECK-NEXT: return
// CHECK-LABEL: func.func @read_twice
// CHECK: tinyts.quantize %x
// CHECK-NEXT: tinyts.reshape

#q = #tinyts.quant<0.5 : f32, 0>
#r = #tinyts.quant<0.25 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>

func.func @identity(%x: !x) -> !x {
  %y = tinyts.reshape %x : (!x) -> !x
  return %y : !x
}

func.func @chain(%x: !x) -> tensor<1x32xi8, #q> {
  %p = tinyts.reshape %x {layer = 1} : (!x) -> tensor<1x2x16xi8, #q>
  %y = tinyts.reshape %p {layer = 2} : (tensor<1x2x16xi8, #q>) -> tensor<1x32xi8, #q>
  return %y : tensor<1x32xi8, #q>
}

func.func @back(%x: !x) -> !x {
  %p = tinyts.reshape %x : (!x) -> tensor<1x2x16xi8, #q>
  %y = tinyts.reshape %p : (tensor<1x2x16xi8, #q>) -> !x
  return %y : !x
}

func.func @requantized(%x: !x) -> tensor<1x4x4x2xi8, #r> {
  %y = tinyts.reshape %x : (!x) -> tensor<1x4x4x2xi8, #r>
  return %y : tensor<1x4x4x2xi8, #r>
}

func.func @input(%x: tensor<1x32xf32>) -> !x {
  %q = tinyts.quantize %x {layer = 1} : (tensor<1x32xf32>) -> tensor<1x32xi8, #q>
  %y = tinyts.reshape %q {layer = 2} : (tensor<1x32xi8, #q>) -> !x
  return %y : !x
}

func.func @read_twice(%x: tensor<1x32xf32>) -> (!x, tensor<1x32xi8, #q>) {
  %q = tinyts.quantize %x : (tensor<1x32xf32>) -> tensor<1x32xi8, #q>
  %y = tinyts.reshape %q : (tensor<1x32xi8, #q>) -> !x
  return %y, %q : !x, tensor<1x32xi8, #q>
}
