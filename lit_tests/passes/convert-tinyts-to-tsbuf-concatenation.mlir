// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf='concatenation=in-place' | filecheck %s
// RUN: tinyts-opt %s --split-input-file --split-height=2 --fold-slices --schedule --convert-tinyts-to-tsbuf='concatenation=in-place' --plan-arena --verify-arena -t tinyts-c | filecheck %s --check-prefix=C

// What only a concatenation reads is a window of its result; no call is left of that.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x4x2xi8, #q>
!y = tensor<1x2x4x4xi8, #q>

// CHECK-LABEL: func.func @channels() {
// CHECK: %[[Y0:.*]] = tsbuf.buffer : !tsbuf.buffer<1x4x4xi8>
// CHECK-NEXT: %[[Y1:.*]] = tsbuf.buffer : !tsbuf.buffer<1x4x4xi8>
// CHECK-NEXT: %[[Y:.*]] = tsbuf.rows %[[Y0]], %[[Y1]] {starts = [0 : i64, 1 : i64]}
// CHECK-NEXT: %[[A0:.*]] = tsbuf.view %[[Y0]] {layout = #tsbuf.layout<offset 0, row_pitch 16, pixel_pitch 4>} : !tsbuf.buffer<1x4x4xi8> -> !tsbuf.buffer<1x4x2xi8>
// CHECK-NEXT: %[[A1:.*]] = tsbuf.view %[[Y1]] {layout = #tsbuf.layout<offset 0,
// CHECK-NEXT: %[[A:.*]] = tsbuf.rows %[[A0]], %[[A1]] {starts = [0 : i64, 1 : i64]} : {{.*}} -> !tsbuf.table<2x4x2xi8>
// CHECK: tsbuf.view %[[Y0]] {layout = #tsbuf.layout<offset 2, row_pitch 16, pixel_pitch 4>}
// CHECK-NOT: tsbuf.kernel "concatenation"
// CHECK: tsbuf.kernel "max_pool_2d" outs(output = %{{.*}} [0, 1] : !tsbuf.table<2x4x4xi8>) ins(input = %[[Y]] [0, 1]
// CHECK-NOT: tsbuf.kernel "reshape"

// C: tinyts_tensor tensor_0 = {.offset = 0, .pixel_pitch = 4,
// C: tinyts_tensor tensor_2 = {.offset = 2, .pixel_pitch = 4,
func.func @channels(%x: !x) -> !y {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  %b = tinyts.add %x, %x {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  %c = tinyts.concatenation %a, %b {axis = 3} : (!x, !x) -> !y
  %d = tinyts.max_pool_2d %c {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!y) -> !y
  return %d : !y
}

// -----

// An input of the network and a tensor that others read are copied into their windows.
// The result may be an output of the network.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x4x2xi8, #q>
!y = tensor<1x2x12x2xi8, #q>

// CHECK-LABEL: func.func @columns() {
// CHECK: %[[OUT:.*]] = tsbuf.external {port = #tsbuf.port<output 0
// CHECK: tsbuf.view %[[OUT]] {layout = #tsbuf.layout<offset 8, row_pitch 24, pixel_pitch 2>} : !tsbuf.buffer<2x12x2xi8> -> !tsbuf.buffer<2x4x2xi8>
// CHECK: tsbuf.kernel "add" outs(output = %[[B:[0-9]+]] [0, 1] : !tsbuf.table<2x4x2xi8>)
// CHECK: tsbuf.kernel "reshape" outs(output = %[[X:[0-9]+]] [0, 1] : {{.*}} layer 4 params {} {part_of_rows}
// CHECK: tsbuf.kernel "reshape" outs(output = %[[A:[0-9]+]] [0, 1] : {{.*}} layer 4 params {} {part_of_rows}
// CHECK: tsbuf.kernel "reshape" outs(output = %[[X]] [1, 2]
// CHECK: tsbuf.kernel "reshape" outs(output = %[[A]] [1, 2]
// CHECK: tsbuf.kernel "max_pool_2d"
func.func @columns(%x: !x) -> (!y, !x) {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 2} : (!x) -> !x
  %b = tinyts.add %x, %a {clamp = #tinyts.clamp<-128, 127>, layer = 3} : (!x, !x) -> !x
  %c = tinyts.concatenation %x, %b, %a {axis = 2, layer = 4} : (!x, !x, !x) -> !y
  %d = tinyts.max_pool_2d %a {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 5} : (!x) -> !x
  return %c, %d : !y, !x
}

// -----

// A window in a window is a window of the outer one.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x4x2xi8, #q>
!y = tensor<1x4x4x2xi8, #q>
!z = tensor<1x4x4x4xi8, #q>

// CHECK-LABEL: func.func @nested() {
// CHECK: %[[OUT:.*]] = tsbuf.external {port = #tsbuf.port<output 0
// CHECK: tsbuf.view %[[OUT]] {layout = #tsbuf.layout<offset 2, row_pitch 16, pixel_pitch 4>} : !tsbuf.buffer<4x4x4xi8> -> !tsbuf.buffer<2x4x2xi8>
// CHECK: tsbuf.view %[[OUT]] {layout = #tsbuf.layout<offset 34, row_pitch 16, pixel_pitch 4>} : !tsbuf.buffer<4x4x4xi8> -> !tsbuf.buffer<2x4x2xi8>
// CHECK: tsbuf.view %[[OUT]] {layout = #tsbuf.layout<offset 0, row_pitch 16, pixel_pitch 4>} : !tsbuf.buffer<4x4x4xi8> -> !tsbuf.buffer<4x4x2xi8>
// CHECK-NOT: "concatenation"
// CHECK-NOT: "reshape"
func.func @nested(%x: !x, %y: !y) -> !z {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  %b = tinyts.add %x, %x {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  %c = tinyts.concatenation %a, %b {axis = 1} : (!x, !x) -> !y
  %d = tinyts.max_pool_2d %y {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!y) -> !y
  %e = tinyts.concatenation %d, %c {axis = 3} : (!y, !y) -> !z
  return %e : !z
}
