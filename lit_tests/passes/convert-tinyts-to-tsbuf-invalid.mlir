// RUN: tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf --verify-diagnostics | filecheck %s
// RUN: not tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf=flash 2>&1 | filecheck %s --check-prefix=PLACE
// RUN: not tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf='concatenation=twice' 2>&1 | filecheck %s --check-prefix=TWICE

// PLACE: error: {{.*}}: convert-tinyts-to-tsbuf: input 'flash' is not one of external, arena, rows
// PLACE-NOT: {{.+}}
// TWICE: error: {{.*}}: convert-tinyts-to-tsbuf: concatenation 'twice' is not one of copy, in-place
// TWICE-NOT: {{.+}}

// CHECK: convert-tinyts-to-tsbuf: the module has 2 functions; expected one
func.func private @a()
func.func private @b()

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net is already lowered to tsbuf; run it once
tsbuf.arena @sram
func.func @net() {
  return
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @declared has 0 blocks; only one block can be lowered
func.func private @declared()

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net contains test.op, which has no lowering; only operations of the tinyts dialect have one
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  "test.op"() : () -> ()
  return %x : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net has no arguments; give it at least one
func.func @net() {
  return
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net has no results; give it at least one
func.func @net(%x: tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>) {
  return
}

// -----

// CHECK: convert-tinyts-to-tsbuf: function @net: argument 1:
!x = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %y: tensor<4xi8>) -> !x {
  return %x : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: weights must be tinyts.constant
!x = tensor<1x4xi8, #tinyts.quant<0.5 : f32, 0>>
!w = tensor<4x4xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x, %w: !w) -> !x {
  %c = tinyts.constant dense<0> : tensor<4xi32>
  %z = tinyts.fully_connected %x weights(%w, %c) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (!x, !w, tensor<4xi32>) -> !x
  return %z : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.reshape slices of columns cannot be lowered here; use whole rows
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  %y = tinyts.reshape %x {rect = #tinyts.rect<[0, 2], [1, 3]>} : (!x) -> !x
  return %y : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.slice slices of columns cannot be lowered here; use whole rows
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!s = tensor<1x2x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !s {
  %y = tinyts.slice %x <[0, 2], [1, 2]> : !x -> !s
  return %y : !s
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.concat joins rows that do not follow each other in one tensor
!x = tensor<1x1x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!y = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%a: !x, %b: !x) -> !y {
  %y = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 1], [0, 2]>, #tinyts.rect<[1, 2], [0, 2]>]} : (!x, !x) -> !y
  return %y : !y
}

// -----

// CHECK: convert-tinyts-to-tsbuf: slices of layer 1 differ in width or channels
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!y = tensor<1x1x4x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  %y = tinyts.reshape %x {layer = 1} : (!x) -> !y
  %z = tinyts.reshape %x {layer = 1} : (!x) -> !x
  return %z : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: rows of layer 1 are computed twice
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  %y = tinyts.reshape %x {layer = 1} : (!x) -> !x
  %z = tinyts.reshape %x {layer = 1, rect = #tinyts.rect<[1, 3], [0, 2]>} : (!x) -> !x
  return %z : !x
}

// -----

// Row 1 of the input exists, so it is no padding.
// CHECK: convert-tinyts-to-tsbuf: tinyts.max_pool_2d of layer 1 pads rows that exist in its input: it would read rows [0, 2], not [0, 1]
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!row = tensor<1x1x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !row {
  %s = tinyts.slice %x <[0, 1], [0, 2]> : !x -> !row
  %y = tinyts.max_pool_2d %s {window = #tinyts.window<[2, 1], stride [1, 1], pads [0, 1, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!row) -> !row
  return %y : !row
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.add of layer 2 reads columns [0, 1] for columns [1, 2]
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!s = tensor<1x2x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !x {
  %s = tinyts.slice %x <[0, 2], [0, 1]> : !x -> !s
  %a = tinyts.add %s, %s {layer = 2 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[0, 2], [0, 1]>} : (!s, !s) -> !s
  %b = tinyts.add %s, %s {layer = 2 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[0, 2], [1, 2]>} : (!s, !s) -> !s
  %y = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 2], [0, 1]>, #tinyts.rect<[0, 2], [1, 2]>]} : (!s, !s) -> !x
  return %y : !x
}

// -----

// CHECK: convert-tinyts-to-tsbuf: tinyts.max_pool_2d of layer 2 pads columns that exist in its input: it would read columns [0, 2], not [1, 2]
!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!s = tensor<1x2x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !x) -> !s {
  %s = tinyts.slice %x <[0, 2], [1, 2]> : !x -> !s
  %a = tinyts.max_pool_2d %s {window = #tinyts.window<[1, 2], stride [1, 1], pads [0, 0, 1, 0]>, layer = 2 : i64, clamp = #tinyts.clamp<-128, 127>} : (!s) -> !s
  return %a : !s
}

// -----

// Borders of different rows must be the same.
// CHECK: convert-tinyts-to-tsbuf: slices of layer 1 differ in width or channels
!x = tensor<1x1x3x2xi8, #tinyts.quant<0.5 : f32, 0>>
!a = tensor<1x1x1x2xi8, #tinyts.quant<0.5 : f32, 0>>
!b = tensor<1x1x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
!y = tensor<1x2x3x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @net(%x: !y) -> !y {
  %1 = tinyts.slice %x <[0, 1], [0, 1]> : !y -> !a
  %2 = tinyts.slice %x <[0, 1], [1, 3]> : !y -> !b
  %3 = tinyts.slice %x <[1, 2], [0, 2]> : !y -> !b
  %4 = tinyts.slice %x <[1, 2], [2, 3]> : !y -> !a
  %a = tinyts.add %1, %1 {layer = 1 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[0, 1], [0, 1]>} : (!a, !a) -> !a
  %b = tinyts.add %2, %2 {layer = 1 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[0, 1], [1, 3]>} : (!b, !b) -> !b
  %c = tinyts.add %3, %3 {layer = 1 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[1, 2], [0, 2]>} : (!b, !b) -> !b
  %d = tinyts.add %4, %4 {layer = 1 : i64, clamp = #tinyts.clamp<-128, 127>, rect = #tinyts.rect<[1, 2], [2, 3]>} : (!a, !a) -> !a
  %y = tinyts.concat %a, %b, %c, %d {places = [#tinyts.rect<[0, 1], [0, 1]>, #tinyts.rect<[0, 1], [1, 3]>, #tinyts.rect<[1, 2], [0, 2]>, #tinyts.rect<[1, 2], [2, 3]>]} : (!a, !b, !b, !a) -> !y
  return %y : !y
}
