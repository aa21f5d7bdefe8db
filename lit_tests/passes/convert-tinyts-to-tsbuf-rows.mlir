// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf | filecheck %s
// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf='input=arena output=arena' | filecheck %s --check-prefix=ARENA
// RUN: tinyts-opt %s --split-input-file --split-height --fold-slices --convert-tinyts-to-tsbuf=arena --print-debuginfo | filecheck %s --check-prefix=INPUT

// Where the rows of tensors lie.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

// One buffer a slice, one table a tensor; kernels name rows. Constants are shared by
// the slices. Inputs and outputs are memory of the caller.
// CHECK-LABEL: func.func @slices() {
// CHECK-NEXT: %[[OUT:.*]] = tsbuf.external {port = #tsbuf.port<output 0 "result" layer 6 [1, 3, 4, 2]
// CHECK-NEXT: %[[Z:.*]] = tsbuf.rows %[[OUT]] {starts = [0 : i64]}
// CHECK-NEXT: %[[W:.*]] = tsbuf.constant dense<1> : tensor<2x3x3x2xi8>
// CHECK-NEXT: tsbuf.constant
// CHECK-NEXT: tsbuf.constant
// CHECK-NEXT: tsbuf.constant
// CHECK-NEXT: %[[Y0:.*]] = tsbuf.buffer : !tsbuf.buffer<1x4x2xi8>
// CHECK-NEXT: %[[Y1:.*]] = tsbuf.buffer : !tsbuf.buffer<1x4x2xi8>
// CHECK-NEXT: %[[Y2:.*]] = tsbuf.buffer : !tsbuf.buffer<1x4x2xi8>
// CHECK-NEXT: %[[Y:.*]] = tsbuf.rows %[[Y0]], %[[Y1]], %[[Y2]] {starts = [0 : i64, 1 : i64, 2 : i64]} : {{.*}} -> !tsbuf.table<3x4x2xi8>
// CHECK-NEXT: %[[IN:.*]] = tsbuf.external {port = #tsbuf.port<input 0 "image" layer 4
// CHECK-NEXT: %[[X:.*]] = tsbuf.rows %[[IN]]
// Every slice has the padding of the layer, so that one structure serves all.
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [0, 1] : {{.*}} ins(input = %[[X]] [0, 2] : {{.*}} constants(weights = %[[W]]
// CHECK-SAME: padding = {h = 1 : i32, w = 1 : i32}
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [1, 2] : {{.*}} ins(input = %[[X]] [0, 3] : {{.*}} constants(weights = %[[W]]
// CHECK-SAME: padding = {h = 1 : i32, w = 1 : i32}
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [2, 3] : {{.*}} ins(input = %[[X]] [1, 3] : {{.*}} constants(weights = %[[W]]
// CHECK-SAME: padding = {h = 1 : i32, w = 1 : i32}
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs(output = %[[Z]] [0, 1] : {{.*}} ins(input = %[[Y]] [0, 2] :
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs(output = %[[Z]] [1, 2] : {{.*}} ins(input = %[[Y]] [0, 3] :
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" outs(output = %[[Z]] [2, 3] : {{.*}} ins(input = %[[Y]] [1, 3] :
// CHECK-NEXT: func.return

// ARENA-LABEL: func.func @slices
// ARENA: tsbuf.buffer {port = #tsbuf.port<output 0 "result"
// ARENA: tsbuf.buffer {port = #tsbuf.port<input 0 "image"
// INPUT-LABEL: func.func @slices
// INPUT: tsbuf.external {port = #tsbuf.port<output 0 "result"
// INPUT: tsbuf.buffer {port = #tsbuf.port<input 0 "image"
// INPUT: tsbuf.kernel "conv_2d"
// INPUT-SAME: loc("conv")
func.func @slices(%x: !x {tinyts.name = "image", tinyts.layer = 4}) -> (!x {tinyts.name = "result", tinyts.layer = 6}) {
  %w = tinyts.constant dense<1> : tensor<2x3x3x2xi8>
  %b = tinyts.constant dense<[5, 6]> : tensor<2xi32>
  %y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-3, 127>, weight_scales = dense<[1.0, 0.25]> : tensor<2xf32>, layer = 5} : (!x, tensor<2x3x3x2xi8>, tensor<2xi32>) -> !x loc("conv")
  %z = tinyts.max_pool_2d %y {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, layer = 6} : (!x) -> !x
  return %z : !x
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

// Row 1 is never read, so nothing computes it: the table has a gap.
// CHECK-LABEL: func.func @gap
// CHECK: %[[Y:.*]] = tsbuf.rows %{{.*}}, %{{.*}} {starts = [0 : i64, 2 : i64]} : (!tsbuf.buffer<1x4x2xi8>, !tsbuf.buffer<1x4x2xi8>) -> !tsbuf.table<3x4x2xi8>
// CHECK: outs(output = %[[Y]] [0, 1] : {{.*}} layer 0
// CHECK-NEXT: outs(output = %[[Y]] [2, 3] : {{.*}} layer 0
// CHECK-NEXT: ins(input = %[[Y]] [0, 1] : {{.*}} layer 1
// CHECK-NEXT: ins(input = %[[Y]] [2, 3] : {{.*}} layer 1
func.func @gap(%x: !x) -> tensor<1x2x4x2xi8, #q> {
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  %z = tinyts.max_pool_2d %y {window = #tinyts.window<[1, 1], stride [2, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> tensor<1x2x4x2xi8, #q>
  return %z : tensor<1x2x4x2xi8, #q>
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>

// A reshape of contiguous bytes is a view; rows of their own, or an output, need a
// copy. What is returned twice is copied too.
// CHECK-LABEL: func.func @reshapes
// CHECK: %[[U:.*]] = tsbuf.rows %{{.*}} -> !tsbuf.table<1x1x8xi8>
// CHECK: %[[V:.*]] = tsbuf.rows %{{.*}} -> !tsbuf.table<1x1x8xi8>
// CHECK: %[[Z:.*]] = tsbuf.rows %{{.*}}, %{{.*}} -> !tsbuf.table<2x2x2xi8>
// CHECK: %[[X:.*]] = tsbuf.external {port = #tsbuf.port<input 0
// CHECK: %[[VIEW:.*]] = tsbuf.view %[[X]] : !tsbuf.buffer<1x4x2xi8> -> !tsbuf.buffer<2x2x2xi8>
// CHECK-NEXT: %[[Y:.*]] = tsbuf.rows %[[VIEW]] {starts = [0 : i64]}
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" {{.*}} ins(input = %[[Y]] [0, 1]
// CHECK-NEXT: tsbuf.kernel "max_pool_2d" {{.*}} ins(input = %[[Y]] [1, 2]
// CHECK-NEXT: tsbuf.kernel "reshape" outs(output = %[[U]] [0, 1] : {{.*}} ins(input = %[[Z]] [0, 2] : {{.*}} layer 2
// CHECK-NEXT: tsbuf.kernel "reshape" outs(output = %[[V]] [0, 1] : {{.*}} ins(input = %[[U]] [0, 1] : {{.*}} layer -1
// CHECK-NEXT: func.return
func.func @reshapes(%x: tensor<1x1x4x2xi8, #q>) -> (tensor<8xi8, #q>, tensor<8xi8, #q>) {
  %y = tinyts.reshape %x : (tensor<1x1x4x2xi8, #q>) -> tensor<1x2x2x2xi8, #q>
  %z = tinyts.max_pool_2d %y {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x2x2x2xi8, #q>) -> tensor<1x2x2x2xi8, #q>
  %u = tinyts.reshape %z : (tensor<1x2x2x2xi8, #q>) -> tensor<8xi8, #q>
  return %u, %u : tensor<8xi8, #q>, tensor<8xi8, #q>
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x1x2x2xi8, #q>

// An input that is returned is copied, one that nothing reads is declared all the same.
// CHECK-LABEL: func.func @copied
// CHECK: %[[OUT:.*]] = tsbuf.external {port = #tsbuf.port<output 1 "output_1" layer -1
// CHECK: %[[Z:.*]] = tsbuf.rows %[[OUT]]
// CHECK: %[[IN:.*]] = tsbuf.external {port = #tsbuf.port<input 0 "input_0" layer -1
// CHECK: %[[X:.*]] = tsbuf.rows %[[IN]]
// CHECK: tsbuf.external {port = #tsbuf.port<input 1 "input_1"
// CHECK: tsbuf.kernel "add" {{.*}} ins(input_1 = %[[X]] [0, 1]
// CHECK-NEXT: tsbuf.kernel "reshape" outs(output = %[[Z]] [0, 1] : {{.*}} ins(input = %[[X]] [0, 1] : {{.*}} layer -1
func.func @copied(%x: !x, %unread: !x) -> (!x, !x) {
  %y = tinyts.add %x, %x {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  return %y, %x : !x, !x
}
