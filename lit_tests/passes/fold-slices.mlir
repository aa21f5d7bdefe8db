// RUN: tinyts-opt %s --fold-slices | filecheck %s

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x4x2xi8, #q>
!half = tensor<1x2x4x2xi8, #q>
!row = tensor<1x1x4x2xi8, #q>

// CHECK-LABEL: func.func @slice_of_all
// CHECK-NEXT: func.return %x
func.func @slice_of_all(%x: !x) -> !x {
  %y = tinyts.slice %x <[0, 4], [0, 4]> : !x -> !x
  return %y : !x
}

// CHECK-LABEL: func.func @slice_of_slice
// CHECK-NEXT: %[[Y:.*]] = tinyts.slice %x <[2, 3], [2, 4]> : tensor<1x4x4x2xi8, {{.*}} -> tensor<1x1x2x2xi8,
// CHECK-NEXT: func.return %[[Y]]
func.func @slice_of_slice(%x: !x) -> tensor<1x1x2x2xi8, #q> {
  %s = tinyts.slice %x <[1, 4], [1, 4]> : !x -> tensor<1x3x3x2xi8, #q>
  %y = tinyts.slice %s <[1, 2], [1, 3]> : tensor<1x3x3x2xi8, #q> -> tensor<1x1x2x2xi8, #q>
  return %y : tensor<1x1x2x2xi8, #q>
}

// CHECK-LABEL: func.func @one_part
// CHECK-NEXT: func.return %b
func.func @one_part(%a: !half, %b: !half) -> !half {
  %x = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 4], [0, 4]>]} : (!half, !half) -> !x
  %y = tinyts.slice %x <[2, 4], [0, 4]> : !x -> !half
  return %y : !half
}

// CHECK-LABEL: func.func @inside_one_part
// CHECK-NEXT: %[[Y:.*]] = tinyts.slice %b <[1, 2], [0, 4]>
// CHECK-NEXT: func.return %[[Y]]
func.func @inside_one_part(%a: !half, %b: !half) -> !row {
  %x = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 4], [0, 4]>]} : (!half, !half) -> !x
  %y = tinyts.slice %x <[3, 4], [0, 4]> : !x -> !row
  return %y : !row
}

// Whole parts stay whole, of others only what is needed is cut; the rest is not named.
// CHECK-LABEL: func.func @several_parts
// CHECK-NEXT: %[[A:.*]] = tinyts.slice %a <[1, 2], [0, 4]>
// CHECK-NEXT: %[[Y:.*]] = tinyts.concat %[[A]], %b {places = [#tinyts.rect<[0, 1], [0, 4]>, #tinyts.rect<[1, 2], [0, 4]>]}
// CHECK-SAME: -> tensor<1x2x4x2xi8,
// CHECK-NEXT: func.return %[[Y]]
func.func @several_parts(%a: !half, %b: !row, %c: !row) -> !half {
  %x = tinyts.concat %a, %b, %c {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 3], [0, 4]>, #tinyts.rect<[3, 4], [0, 4]>]} : (!half, !row, !row) -> !x
  %y = tinyts.slice %x <[1, 3], [0, 4]> : !x -> !half
  return %y : !half
}

// Parts that lie side by side.
// CHECK-LABEL: func.func @columns
// CHECK-NEXT: %[[A:.*]] = tinyts.slice %a <[1, 3], [2, 3]>
// CHECK-NEXT: %[[B:.*]] = tinyts.slice %b <[1, 3], [0, 1]>
// CHECK-NEXT: tinyts.concat %[[A]], %[[B]] {places = [#tinyts.rect<[0, 2], [0, 1]>, #tinyts.rect<[0, 2], [1, 2]>]}
func.func @columns(%a: tensor<1x4x3x2xi8, #q>, %b: tensor<1x4x1x2xi8, #q>) -> tensor<1x2x2x2xi8, #q> {
  %x = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 4], [0, 3]>, #tinyts.rect<[0, 4], [3, 4]>]} : (tensor<1x4x3x2xi8, #q>, tensor<1x4x1x2xi8, #q>) -> !x
  %y = tinyts.slice %x <[1, 3], [2, 4]> : !x -> tensor<1x2x2x2xi8, #q>
  return %y : tensor<1x2x2x2xi8, #q>
}

// CHECK-LABEL: func.func @concat_of_one
// CHECK-NEXT: func.return %a
func.func @concat_of_one(%a: !x) -> !x {
  %x = tinyts.concat %a {places = [#tinyts.rect<[0, 4], [0, 4]>]} : (!x) -> !x
  return %x : !x
}

// A slice of a slice of a concat of concats: all of it at once.
// CHECK-LABEL: func.func @nested
// CHECK-NEXT: func.return %c
func.func @nested(%a: !row, %b: !row, %c: !row, %d: !row) -> !row {
  %top = tinyts.concat %a, %b {places = [#tinyts.rect<[0, 1], [0, 4]>, #tinyts.rect<[1, 2], [0, 4]>]} : (!row, !row) -> !half
  %bottom = tinyts.concat %c, %d {places = [#tinyts.rect<[0, 1], [0, 4]>, #tinyts.rect<[1, 2], [0, 4]>]} : (!row, !row) -> !half
  %x = tinyts.concat %top, %bottom {places = [#tinyts.rect<[0, 2], [0, 4]>, #tinyts.rect<[2, 4], [0, 4]>]} : (!half, !half) -> !x
  %s = tinyts.slice %x <[1, 4], [0, 4]> : !x -> tensor<1x3x4x2xi8, #q>
  %y = tinyts.slice %s <[1, 2], [0, 4]> : tensor<1x3x4x2xi8, #q> -> !row
  return %y : !row
}

// What nobody reads goes, also where it computes something.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: %s = tinyts.slice %x <[0, 2], [0, 4]>
// CHECK-NEXT: func.return %s
func.func @dead(%x: !x) -> !half {
  %s = tinyts.slice %x <[0, 2], [0, 4]> : !x -> !half
  %t = tinyts.slice %x <[2, 4], [0, 4]> : !x -> !half
  %u = tinyts.reshape %t : (!half) -> tensor<16xi8, #q>
  return %s : !half
}
