// RUN: tinyts-opt %s --split-input-file --split-height --convert-tinyts-to-tsbuf='input=rows' | filecheck %s
// RUN: tinyts-opt %s --split-input-file --split-height --convert-tinyts-to-tsbuf='input=rows output=arena' --plan-arena --verify-arena --print-debuginfo | filecheck %s --check-prefix=PLACED

// An input by rows: every row is a buffer of its own, filled by read_rows right before
// the first kernel that needs it. Row 2 is read by nothing: it has no buffer.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x5x4x2xi8, #q>

// CHECK-LABEL: func.func @skipped() {
// CHECK-COUNT-4: tsbuf.buffer : !tsbuf.buffer<1x4x2xi8>
// CHECK-NEXT: %[[X:.*]] = tsbuf.rows {{.*}} {starts = [0 : i64, 1 : i64, 3 : i64, 4 : i64], port = #tsbuf.port<input 0 "image" layer 7 [1, 5, 4, 2] #tinyts.quant<5.000000e-01 : f32, -3>>}
// CHECK-NEXT: tsbuf.kernel "read_rows" outs(output = %[[X]] [0, 2] : !tsbuf.table<5x4x2xi8>) layer 7 params {}{{$}}
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs(output = %{{.*}} [0, 1] : {{.*}} ins(input = %[[X]] [0, 2]
// CHECK-NEXT: tsbuf.kernel "read_rows" outs(output = %[[X]] [3, 5]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs(output = %{{.*}} [1, 2] : {{.*}} ins(input = %[[X]] [3, 5]
// CHECK-NEXT: func.return

// The second two rows take the place of the first two, behind the output.
// PLACED: tsbuf.arena @sram {bytes = 32 : i64
// PLACED: tsbuf.kernel "read_rows"
// PLACED-SAME: loc("image")
func.func @skipped(%x: !x {tinyts.name = "image", tinyts.layer = 7}) -> tensor<1x2x4x2xi8, #q> {
  %p = tinyts.max_pool_2d %x {window = #tinyts.window<[2, 1], stride [3, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> tensor<1x2x4x2xi8, #q>
  return %p : tensor<1x2x4x2xi8, #q>
}

// -----

// Rows come in ascending order: who needs row 3 first makes rows 0 and 1 wait in the
// arena. Each run of consecutive rows is one call.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x5x4x2xi8, #q>
!two = tensor<1x2x4x2xi8, #q>

// CHECK-LABEL: func.func @upwards() {
// CHECK: tsbuf.kernel "read_rows" outs(output = %[[X:.*]] [0, 2]
// CHECK-NEXT: tsbuf.kernel "read_rows" outs(output = %[[X]] [3, 4]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs({{.*}}) ins(input = %[[X]] [3, 4]
// CHECK-NEXT: tsbuf.kernel "read_rows" outs(output = %[[X]] [4, 5]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs({{.*}}) ins(input = %[[X]] [4, 5]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs({{.*}}) ins(input = %[[X]] [0, 1]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs({{.*}}) ins(input = %[[X]] [1, 2]
// CHECK-NEXT: func.return
func.func @upwards(%x: !x) -> (!two, !two) {
  %bottom = tinyts.slice %x <[3, 5], [0, 4]> : !x -> !two
  %top = tinyts.slice %x <[0, 2], [0, 4]> : !x -> !two
  %0 = tinyts.max_pool_2d %bottom {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!two) -> !two
  %1 = tinyts.max_pool_2d %top {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!two) -> !two
  return %0, %1 : !two, !two
}

// -----

// An input that is seen in another shape needs its rows in one piece; one that nobody
// reads has no rows.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x2x2x2xi8, #q>

// CHECK-LABEL: func.func @frame() {
// CHECK: %[[B:.*]] = tsbuf.buffer : !tsbuf.buffer<2x2x2xi8>
// CHECK-NEXT: %[[X:.*]] = tsbuf.rows %[[B]] {starts = [0 : i64], port = #tsbuf.port<input 0
// CHECK-NEXT: %[[V:.*]] = tsbuf.view %[[B]] : !tsbuf.buffer<2x2x2xi8> -> !tsbuf.buffer<1x1x8xi8>
// CHECK-NEXT: %[[F:.*]] = tsbuf.rows %[[V]]
// CHECK-NEXT: tsbuf.rows {starts = [], port = #tsbuf.port<input 1 "input_1"
// CHECK-NEXT: tsbuf.kernel "read_rows" outs(output = %[[X]] [0, 2]
// CHECK-NEXT: tsbuf.kernel "softmax" outs({{.*}}) ins(input = %[[F]] [0, 1]
// CHECK-NEXT: func.return
func.func @frame(%x: !x, %unread: !x) -> tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>> {
  %flat = tinyts.reshape %x : (!x) -> tensor<1x8xi8, #q>
  %y = tinyts.softmax %flat {beta = 1.0 : f32} : (tensor<1x8xi8, #q>) -> tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>>
  return %y : tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>>
}
