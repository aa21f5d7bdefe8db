// RUN: tinyts-opt %s --fold-shuffles | filecheck %s

#q = #tinyts.quant<0.5 : f32, 0>
#other = #tinyts.quant<0.25 : f32, 0>
!image = tensor<1x2x3x6xi8, #q>
!groups = tensor<1x2x3x2x3xi8, #q>
!turned = tensor<1x2x3x3x2xi8, #q>

// Two groups of three channels take turns.
// CHECK-LABEL: func.func @shuffle
// CHECK-NEXT: %y = tinyts.gather_channels %x {channels = array<i32: 0, 3, 1, 4, 2, 5>, layer = 7 : i64}
// CHECK-NEXT: return %y
func.func @shuffle(%x: !image) -> !image {
  %groups = tinyts.reshape %x : (!image) -> !groups
  %turned = tinyts.transpose %groups {perm = [0, 1, 2, 4, 3]} : (!groups) -> !turned
  %y = tinyts.reshape %turned {layer = 7} : (!turned) -> !image
  return %y : !image
}

// One that leads back is its input.
// CHECK-LABEL: func.func @back
// CHECK-NEXT: return %x
func.func @back(%x: !image) -> !image {
  %groups = tinyts.reshape %x : (!image) -> !groups
  %turned = tinyts.transpose %groups {perm = [0, 1, 2, 4, 3]} : (!groups) -> !turned
  %again = tinyts.transpose %turned {perm = [0, 1, 2, 4, 3]} : (!turned) -> !groups
  %y = tinyts.reshape %again : (!groups) -> !image
  return %y : !image
}

// Pixels that change places stay as they are, and so does a tensor that others read.
// CHECK-LABEL: func.func @pixels
// CHECK: tinyts.transpose
// CHECK-NOT: tinyts.gather_channels
// CHECK-LABEL: func.func @read
// CHECK-NOT: tinyts.gather_channels
func.func @pixels(%x: !image) -> !image {
  %groups = tinyts.reshape %x : (!image) -> !groups
  %turned = tinyts.transpose %groups {perm = [0, 1, 3, 2, 4]} : (!groups) -> tensor<1x2x2x3x3xi8, #q>
  %y = tinyts.reshape %turned : (tensor<1x2x2x3x3xi8, #q>) -> !image
  return %y : !image
}

func.func @read(%x: !image) -> (!image, !turned) {
  %groups = tinyts.reshape %x : (!image) -> !groups
  %turned = tinyts.transpose %groups {perm = [0, 1, 2, 4, 3]} : (!groups) -> !turned
  %y = tinyts.reshape %turned : (!turned) -> !image
  return %y, %turned : !image, !turned
}

// Nor is it one where the bytes change their meaning.
// CHECK-LABEL: func.func @requantized
// CHECK-NOT: tinyts.gather_channels
func.func @requantized(%x: !image) -> tensor<1x2x3x6xi8, #other> {
  %groups = tinyts.reshape %x : (!image) -> !groups
  %turned = tinyts.transpose %groups {perm = [0, 1, 2, 4, 3]} : (!groups) -> !turned
  %y = tinyts.reshape %turned : (!turned) -> tensor<1x2x3x6xi8, #other>
  return %y : tensor<1x2x3x6xi8, #other>
}

// Slices of its channels gather them themselves, one of rows does not.
// CHECK-LABEL: func.func @slices
// CHECK-NEXT: %[[Y:.*]] = tinyts.gather_channels %x {channels = array<i32: 0, 3, 1, 4, 2, 5>}
// CHECK-NEXT: tinyts.gather_channels %x {channels = array<i32: 4, 2, 5>, layer = 4 : i64}
// CHECK-NEXT: tinyts.gather_channels %x {channels = array<i32: 3, 4, 5>, layer = 5 : i64}
// CHECK-NEXT: tinyts.strided_slice %[[Y]]
// CHECK-NEXT: return
!six = tensor<1x4x3x6xi8, #q>
!three = tensor<1x4x3x3xi8, #q>
func.func @slices(%x: !six) -> (!three, !three, tensor<1x2x3x6xi8, #q>) {
  %y = tinyts.gather_channels %x {channels = array<i32: 0, 3, 1, 4, 2, 5>} : (!six) -> !six
  %a = tinyts.strided_slice %y {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[3, 1]>, layer = 4} : (!six) -> !three
  %b = tinyts.strided_slice %y {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[1, 2]>, layer = 5} : (!six) -> !three
  %c = tinyts.strided_slice %y {window = #tinyts.window<[1, 1], stride [1, 1], pads [-2, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>, layer = 6} : (!six) -> tensor<1x2x3x6xi8, #q>
  return %a, %b, %c : !three, !three, tensor<1x2x3x6xi8, #q>
}
