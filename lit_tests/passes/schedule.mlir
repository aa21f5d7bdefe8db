// RUN: tinyts-opt %s --schedule | filecheck %s
// RUN: tinyts-opt %s --schedule=df | filecheck %s
// RUN: tinyts-opt %s --schedule=bf | filecheck %s --check-prefix=BF

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x4x2xi8, #q>
!row = tensor<1x1x4x2xi8, #q>

// Depth first: slice 0 of the last layer pulls what it needs, then slice 1.
// CHECK-LABEL: func.func @two_layers
// CHECK-NEXT: %x0 = tinyts.slice
// CHECK-NEXT: %a0 = tinyts.max_pool_2d %x0
// CHECK-NEXT: %b0 = tinyts.max_pool_2d %a0
// CHECK-NEXT: %x1 = tinyts.slice
// CHECK-NEXT: %a1 = tinyts.max_pool_2d %x1
// CHECK-NEXT: %b1 = tinyts.max_pool_2d %a1
// CHECK-NEXT: %y = tinyts.concat %b0, %b1
// CHECK-NEXT: func.return %y

// Breadth first: the order of the file.
// BF-LABEL: func.func @two_layers
// BF-NEXT: %x0 = tinyts.slice
// BF-NEXT: %x1 = tinyts.slice
// BF-NEXT: %a0 = tinyts.max_pool_2d %x0
// BF-NEXT: %a1 = tinyts.max_pool_2d %x1
// BF-NEXT: %b0 = tinyts.max_pool_2d %a0
// BF-NEXT: %b1 = tinyts.max_pool_2d %a1
// BF-NEXT: %y = tinyts.concat %b0, %b1
func.func @two_layers(%x: !x) -> !x {
  %x0 = tinyts.slice %x <[0, 1], [0, 4]> : !x -> !row
  %x1 = tinyts.slice %x <[1, 2], [0, 4]> : !x -> !row
  %a0 = tinyts.max_pool_2d %x0 {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!row) -> !row
  %a1 = tinyts.max_pool_2d %x1 {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!row) -> !row
  %b0 = tinyts.max_pool_2d %a0 {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!row) -> !row
  %b1 = tinyts.max_pool_2d %a1 {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!row) -> !row
  %y = tinyts.concat %b0, %b1 {places = [#tinyts.rect<[0, 1], [0, 4]>, #tinyts.rect<[1, 2], [0, 4]>]} : (!row, !row) -> !x
  return %y : !x
}

// Operands are computed in their order; one that several ops read comes before the
// first of them.
// CHECK-LABEL: func.func @branches
// CHECK-NEXT: %c = tinyts.reshape %x {layer = 3
// CHECK-NEXT: %b = tinyts.reshape %c {layer = 2
// CHECK-NEXT: %a = tinyts.reshape %c {layer = 1
// CHECK-NEXT: tinyts.add %b, %a
// BF-LABEL: func.func @branches
// BF-NEXT: %c = tinyts.reshape %x {layer = 3
// BF-NEXT: %a = tinyts.reshape %c {layer = 1
// BF-NEXT: %b = tinyts.reshape %c {layer = 2
func.func @branches(%x: !x) -> !x {
  %c = tinyts.reshape %x {layer = 3} : (!x) -> !x
  %a = tinyts.reshape %c {layer = 1} : (!x) -> !x
  %b = tinyts.reshape %c {layer = 2} : (!x) -> !x
  %y = tinyts.add %b, %a {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  return %y : !x
}

// Several outputs, in their order.
// CHECK-LABEL: func.func @outputs
// CHECK-NEXT: %b = tinyts.reshape %x
// CHECK-NEXT: %a = tinyts.reshape %x
// CHECK-NEXT: func.return %b, %a
func.func @outputs(%x: !x) -> (!x, !x) {
  %a = tinyts.reshape %x : (!x) -> !x
  %b = tinyts.reshape %x : (!x) -> !x
  return %b, %a : !x, !x
}

// What nobody reads is not dropped.
// CHECK-LABEL: func.func @unused
// CHECK-DAG: %u = tinyts.reshape %x {layer = 8
// CHECK-DAG: %y = tinyts.reshape %x {layer = 9
// CHECK: func.return %y
func.func @unused(%x: !x) -> !x {
  %y = tinyts.reshape %x {layer = 9} : (!x) -> !x
  %u = tinyts.reshape %x {layer = 8} : (!x) -> !x
  return %y : !x
}

// CHECK-LABEL: func.func private @declared
func.func private @declared(!x) -> !x
