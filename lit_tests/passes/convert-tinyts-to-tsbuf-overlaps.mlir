// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf='input=arena overlap=trail' | filecheck %s
// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf='input=arena' | filecheck %s --check-prefix=NONE

// How far below each of its inputs the output of a call may begin, if they die with it.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

// NONE-NOT: overlap

// The input lies in one buffer of 24 bytes, of which call y reads rows from y - 1 on.
// Pixel x of a row is computed of pixels x - 1 to x + 1: two pixels of trail, and none
// where the row above in the same buffer is not needed any more.
// CHECK-LABEL: func.func @windows
// CHECK: "conv_2d" outs(output = %{{.*}} [0, 1] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, trail 4>]
// CHECK: "conv_2d" outs(output = %{{.*}} [1, 2] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 1, in 0 row 0, trail 4>]
// CHECK: "conv_2d" outs(output = %{{.*}} [2, 3] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 2, in 0 row 1, trail 0>]
// An operand may be written over value by value, whether it is one or the other.
// CHECK: "add" outs(output = %{{.*}} [0, 1] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, trail 0>, #tsbuf.overlap<out 0 row 0, in 1 row 0, trail 0>]
// CHECK: "add" outs(output = %{{.*}} [1, 2] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 1, in 0 row 1, trail 0>, #tsbuf.overlap<out 0 row 1, in 1 row 1, trail 0>]
// The rows of one tensor have buffers of their own. The output is memory of the caller.
// CHECK: "max_pool_2d" outs(output = %{{.*}} [0, 1] : {{.*}} activation = {min = -128 : i32, max = 127 : i32}}}
// CHECK-NOT: overlap
// CHECK: return
func.func @windows(%x: !x) -> !x {
  %w = tinyts.constant dense<1> : tensor<2x3x3x2xi8>
  %b = tinyts.constant dense<[5, 6]> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-3, 127>, weight_scales = dense<[1.0, 0.25]> : tensor<2xf32>, layer = 5} : (!x, tensor<2x3x3x2xi8>, tensor<2xi32>) -> !x
  %s = tinyts.add %y, %x {clamp = #tinyts.clamp<-128, 127>, layer = 6} : (!x, !x) -> !x
  %z = tinyts.max_pool_2d %s {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, layer = 7} : (!x) -> !x
  return %z : !x
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x4x2xi8, #q>
!y = tensor<1x1x4x2xi8, #q>

// An operand that is spread over the rows is read again and again; one that is copied
// in blocks promises no order.
// CHECK-LABEL: func.func @others
// CHECK: "add" outs(output = %{{.*}} [0, 1] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 0, in 0 row 0, trail 0>]{{$}}
// CHECK-NEXT: "add" outs(output = %{{.*}} [1, 2] : {{.*}} overlaps [#tsbuf.overlap<out 0 row 1, in 0 row 1, trail 0>]{{$}}
// CHECK: "concatenation"
// CHECK-NOT: overlap
// CHECK: return
func.func @others(%x: !x, %v: !y) -> tensor<1x2x4x4xi8, #q> {
  %s = tinyts.add %x, %v {clamp = #tinyts.clamp<-128, 127>, layer = 6} : (!x, !y) -> !x
  %z = tinyts.concatenation %s, %s {axis = 3, layer = 7} : (!x, !x) -> tensor<1x2x4x4xi8, #q>
  return %z : tensor<1x2x4x4xi8, #q>
}
