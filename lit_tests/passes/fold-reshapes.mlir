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

// A dense layer over the channels of an image is a convolution of the image.
// CHECK-LABEL: func.func @pixels
// CHECK-NOT: tinyts.reshape
// CHECK: [[C:%[a-z0-9_]+]] = tinyts.conv_2d %x
// CHECK-SAME: -> tensor<1x4x4x3xi8,
// CHECK-NEXT: tinyts.table [[C]] values({{.*}}) {layer = 4 : i64}
// CHECK-SAME: -> tensor<1x4x4x3xi8,
// CHECK-NEXT: return

// Not where the pixels of the result are others.
// CHECK-LABEL: func.func @other_pixels
// CHECK: tinyts.reshape
// CHECK: tinyts.table
// CHECK: tinyts.reshape

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

func.func @pixels(%x: !x) -> tensor<1x4x4x3xi8, #q> {
  %w = tinyts.constant dense<1> : tensor<3x1x1x2xi8>
  %b = tinyts.constant dense<0> : tensor<3xi32>
  %v = tinyts.constant dense<7> : tensor<256xi8>
  %p = tinyts.reshape %x {layer = 1} : (!x) -> tensor<1x16x1x2xi8, #q>
  %c = tinyts.conv_2d %p weights(%w, %b) {layer = 2, window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<3xf32>} : (tensor<1x16x1x2xi8, #q>, tensor<3x1x1x2xi8>, tensor<3xi32>) -> tensor<1x16x1x3xi8, #q>
  %t = tinyts.table %c values(%v) {layer = 3} : (tensor<1x16x1x3xi8, #q>, tensor<256xi8>) -> tensor<1x16x1x3xi8, #q>
  %y = tinyts.reshape %t {layer = 4} : (tensor<1x16x1x3xi8, #q>) -> tensor<1x4x4x3xi8, #q>
  return %y : tensor<1x4x4x3xi8, #q>
}

func.func @other_pixels(%x: !x) -> tensor<1x2x8x2xi8, #q> {
  %v = tinyts.constant dense<7> : tensor<256xi8>
  %p = tinyts.reshape %x {layer = 1} : (!x) -> tensor<1x16x1x2xi8, #q>
  %t = tinyts.table %p values(%v) {layer = 3} : (tensor<1x16x1x2xi8, #q>, tensor<256xi8>) -> tensor<1x16x1x2xi8, #q>
  %y = tinyts.reshape %t {layer = 4} : (tensor<1x16x1x2xi8, #q>) -> tensor<1x2x8x2xi8, #q>
  return %y : tensor<1x2x8x2xi8, #q>
}
