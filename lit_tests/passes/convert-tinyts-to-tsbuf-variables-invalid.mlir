// RUN: tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf --verify-diagnostics | filecheck %s

// CHECK: function @net: variable 0 is no result of the function
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0}) -> !x {
  return %x : !x
}

// -----

// CHECK: function @net: variable 1 is no argument of the function
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> (!x, !x {tinyts.variable = 1}) {
  return %x, %x : !x, !x
}

// -----

// CHECK: function @net: variable 0 is tensor<1x1x1x2xi8, {{.*}}> as an argument and tensor<1x2xi8, {{.*}}> as a result
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
!y = tensor<1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0}) -> (!x, !y {tinyts.variable = 0}) {
  %y = tinyts.reshape %s : (!x) -> !y
  return %x, %y : !x, !y
}

// -----

// CHECK: function @net: variable 0 occurs twice or is negative
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0}, %t: !x {tinyts.variable = 0}) -> (!x, !x {tinyts.variable = 0}) {
  return %x, %s : !x, !x
}

// -----

// CHECK: function @net: tinyts.variable is no integer
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = "0"}) -> (!x, !x {tinyts.variable = 0}) {
  return %x, %s : !x, !x
}

// -----

// CHECK: function @net: tinyts.initial of variable 0 is no constant of its shape and type
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0, tinyts.initial = dense<[1, 2]> : tensor<2xi8>}) -> (!x, !x {tinyts.variable = 0}) {
  return %x, %s : !x, !x
}

// -----

// CHECK: function @net has no results
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0}) -> (!x {tinyts.variable = 0}) {
  %a = tinyts.assign %x : (!x) -> !x
  return %a : !x
}

// -----

// CHECK: variable 0 'v': its next value is neither made by tinyts.assign nor by an operation that alone reads and updates it
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.name = "v", tinyts.variable = 0}) -> (!x, !x {tinyts.variable = 0}) {
  %a = tinyts.add %x, %s {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  return %x, %a : !x, !x
}

// -----

// CHECK: variable 0 'v': its next value is read; read what is assigned instead
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.name = "v", tinyts.variable = 0}) -> (!x, !x {tinyts.variable = 0}) {
  %a = tinyts.assign %x : (!x) -> !x
  return %a, %a : !x, !x
}

// -----

// CHECK: variables are assigned each other's old values; assign a copy of one of them
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %s: !x {tinyts.variable = 0}, %t: !x {tinyts.variable = 1}) -> (!x, !x {tinyts.variable = 0}, !x {tinyts.variable = 1}) {
  %a = tinyts.assign %t : (!x) -> !x
  %b = tinyts.assign %s : (!x) -> !x
  return %x, %a, %b : !x, !x, !x
}
