// RUN: tinyts-opt %s --split-input-file --convert-tinyts-to-tsbuf | filecheck %s

// What each operator's kernel is given, on whole tensors.

#q = #tinyts.quant<0.5 : f32, -3>
#h = #tinyts.quant<0.25 : f32, 4>
!x = tensor<1x4x4x2xi8, #q>

// CHECK: tsbuf.arena @sram{{$}}
// CHECK-LABEL: func.func @convolutions() {
// Names and numbers come from the model file; without them an output has its index.
// CHECK: tsbuf.external {port = #tsbuf.port<output 0 "output_0" layer -1 [1, 2, 4, 4] #tinyts.quant<2.500000e-01 : f32, 4>>} : !tsbuf.buffer<2x4x4xi8>
// CHECK: tsbuf.external {port = #tsbuf.port<output 1 "second" layer 4 [1, 4, 4, 4] #tinyts.quant<2.500000e-01 : f32, 4>>} : !tsbuf.buffer<4x4x4xi8>
// CHECK: %[[W:.*]] = tsbuf.constant dense<1> : tensor<4x3x3x2xi8>
// CHECK: %[[B:.*]] = tsbuf.constant dense<0> : tensor<4xi32>
// Scales 0.1, 0.2, 0.3, 0.5 times 0.5 / 0.25.
// CHECK: %[[M:.*]] = tsbuf.constant dense<[1717986944, 1717986944, 1288490240, 1073741824]> : tensor<4xi32>
// CHECK: %[[S:.*]] = tsbuf.constant dense<[-2, -1, 0, 1]> : tensor<4xi32>
// CHECK: tsbuf.external {port = #tsbuf.port<input 0 "image" layer 0 [1, 4, 4, 2] #tinyts.quant<5.000000e-01 : f32, -3>>} : !tsbuf.buffer<4x4x2xi8>
// CHECK: tsbuf.kernel "conv_2d" outs(output = %{{.*}} [0, 2] : !tsbuf.table<2x4x4xi8>)
// CHECK-SAME: ins(input = %{{.*}} [0, 4] : !tsbuf.table<4x4x2xi8>)
// CHECK-SAME: constants(weights = %[[W]] : tensor<4x3x3x2xi8>, bias = %[[B]] : tensor<4xi32>, quant.multiplier = %[[M]] : tensor<4xi32>, quant.shift = %[[S]] : tensor<4xi32>)
// CHECK-SAME: layer 3 params {kernel = {h = 3 : i32, w = 3 : i32}
// CHECK-SAME: input_offset = 3 : i32, output_offset = 4 : i32, stride = {h = 2 : i32, w = 1 : i32}, padding = {h = 1 : i32, w = 1 : i32}, dilation = {h = 1 : i32, w = 1 : i32}, activation = {min = 0 : i32, max = 100 : i32}
// CHECK-SAME: {constant_channels = #tinyts.constant_channels<{4: 9}>}
// Both convolutions share their bias.
// CHECK: tsbuf.kernel "depthwise_conv_2d"
// CHECK-SAME: bias = %[[B]] : tensor<4xi32>
// CHECK-SAME: layer 4 params {kernel = {h = 2 : i32, w = 3 : i32}, ch_mult = 2 : i32
// CHECK-SAME: padding = {h = 0 : i32, w = 1 : i32}, dilation = {h = 2 : i32, w = 1 : i32}
// CHECK: func.return
func.func @convolutions(%x: !x {tinyts.name = "image", tinyts.layer = 0}) -> (tensor<1x2x4x4xi8, #h>, tensor<1x4x4x4xi8, #h> {tinyts.name = "second", tinyts.layer = 4}) {
  %w = tinyts.constant dense<1> : tensor<4x3x3x2xi8>
  %b = tinyts.constant dense<0> : tensor<4xi32>
  %dw = tinyts.constant dense<1> : tensor<1x2x3x4xi8>
  %c = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<0, 100>, weight_scales = dense<[0.1, 0.2, 0.3, 0.5]> : tensor<4xf32>, layer = 3, constant_channels = #tinyts.constant_channels<{4: 9}>} : (!x, tensor<4x3x3x2xi8>, tensor<4xi32>) -> tensor<1x2x4x4xi8, #h>
  %d = tinyts.depthwise_conv_2d %x weights(%dw, %b) {window = #tinyts.window<[2, 3], stride [1, 1], pads [0, 2, 1, 1], dilation [2, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>, layer = 4} : (!x, tensor<1x2x3x4xi8>, tensor<4xi32>) -> tensor<1x4x4x4xi8, #h>
  return %c, %d : tensor<1x2x4x4xi8, #h>, tensor<1x4x4x4xi8, #h>
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
#h = #tinyts.quant<0.25 : f32, 4>
!x = tensor<1x4x4x2xi8, #q>

// A constant activation is a buffer in flash, made once.
// CHECK-LABEL: func.func @elementwise() {
// CHECK: %[[K:.*]] = tsbuf.constant_buffer {value = dense<[1, 2]> : {{.*}}} : !tsbuf.buffer<1x1x2xi8>
// CHECK-NEXT: %[[ROW:.*]] = tsbuf.rows %[[K]] {starts = [0 : i64]}
// CHECK-NOT: constant_buffer
// CHECK: tsbuf.kernel "add" outs(output = %{{.*}} [0, 4] : !tsbuf.table<4x4x2xi8>)
// CHECK-SAME: ins(input_1 = %{{.*}} [0, 4] : !tsbuf.table<4x4x2xi8>, input_2 = %[[ROW]] [0, 1] : !tsbuf.table<1x1x2xi8>) layer 6
// CHECK-SAME: input_1_offset = 3 : i32, input_1_quant = {multiplier = 1073741824 : i32, shift = 0 : i32}, input_2_offset = -4 : i32, input_2_quant = {multiplier = 1073741824 : i32, shift = -1 : i32}, left_shift = 20 : i32, output_offset = 4 : i32, output_quant = {multiplier = 1073741824 : i32, shift = -17 : i32}, activation = {min = -5 : i32, max = 5 : i32}} {unnamed}
// CHECK: tsbuf.kernel "mul"
// CHECK-SAME: input_1 = %[[ROW]] [0, 1]
// CHECK-SAME: layer 6 params {input_1_offset = -4 : i32, input_2_offset = -4 : i32, output_offset = -3 : i32, output_quant = {multiplier = 1073741824 : i32, shift = -2 : i32}
func.func @elementwise(%x: !x) -> !x {
  %k = tinyts.constant dense<[1, 2]> : tensor<2xi8, #h>
  %s = tinyts.add %x, %k {clamp = #tinyts.clamp<-5, 5>} : (!x, tensor<2xi8, #h>) -> tensor<1x4x4x2xi8, #h>
  %y = tinyts.mul %k, %s {clamp = #tinyts.clamp<-128, 127>, layer = 6} : (tensor<2xi8, #h>, tensor<1x4x4x2xi8, #h>) -> !x
  return %y : !x
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x4x2xi8, #q>

// CHECK-LABEL: func.func @images() {
// CHECK: tsbuf.kernel "average_pool_2d"
// CHECK-SAME: params {kernel = {h = 2 : i32, w = 3 : i32}, params = {stride = {h = 2 : i32, w = 1 : i32}, padding = {h = 0 : i32, w = 1 : i32}, activation = {min = -3 : i32, max = 9 : i32}}}
// CHECK: tsbuf.kernel "max_pool_2d"
// CHECK: tsbuf.kernel "pad" outs(output = %{{.*}} [0, 3] : !tsbuf.table<3x6x5xi8>) ins(input = %{{.*}} [0, 2] : !tsbuf.table<2x4x2xi8>)
// CHECK-SAME: params {pad_top = 1 : i32, pad_left = 2 : i32, pad_front = 1 : i32, value = -3 : i32}
// CHECK: tsbuf.kernel "concatenation"
// CHECK-SAME: ins(inputs = %[[A:.*]] [0, 2] : !tsbuf.table<2x4x2xi8>, inputs = %[[A]] [0, 2]
// CHECK-SAME: params {count = 2 : i32, axis = 1 : i32, first_row = 0 : i32}
func.func @images(%x: !x) -> (tensor<1x3x6x5xi8, #q>, tensor<1x2x8x2xi8, #q>) {
  %a = tinyts.average_pool_2d %x {window = #tinyts.window<[2, 3], stride [2, 1], pads [0, 0, 1, 1]>, clamp = #tinyts.clamp<-3, 9>} : (!x) -> tensor<1x2x4x2xi8, #q>
  %m = tinyts.max_pool_2d %a {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x2x4x2xi8, #q>
  %p = tinyts.pad %m {pads = #tinyts.pads<[1, 0, 2, 0]>, channel_pads = #tinyts.pair<[1, 2]>} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x3x6x5xi8, #q>
  %c = tinyts.concatenation %a, %a {axis = 2} : (tensor<1x2x4x2xi8, #q>, tensor<1x2x4x2xi8, #q>) -> tensor<1x2x8x2xi8, #q>
  return %p, %c : tensor<1x3x6x5xi8, #q>, tensor<1x2x8x2xi8, #q>
}

// -----

#q = #tinyts.quant<0.5 : f32, -3>
!v = tensor<3x8xi8, #q>

// CHECK-LABEL: func.func @vectors() {
// CHECK: tsbuf.constant dense<1073741824> : tensor<1xi32>
// CHECK: tsbuf.kernel "fully_connected" outs(output = %{{.*}} [0, 1] : !tsbuf.table<1x3x8xi8>)
// CHECK-SAME: params {per_channel = 0 : i32, params = {input_offset = 3 : i32, filter_offset = 0 : i32, output_offset = -3 : i32, activation = {min = -128 : i32, max = 127 : i32}}}
// CHECK: tsbuf.kernel "fully_connected"
// CHECK-SAME: params {per_channel = 1 : i32
// CHECK: tsbuf.kernel "mean" outs(output = %{{.*}} [0, 1] : !tsbuf.table<1x1x8xi8>)
// CHECK-SAME: params {reduce_rows = 0 : i32, reduce_columns = 1 : i32, reduce_channels = 0 : i32, input_offset = 3 : i32, output_offset = -3 : i32, quant = {multiplier = 715827882 : i32, shift = 0 : i32}}
// CHECK: tsbuf.kernel "softmax" outs(output = %{{.*}} [0, 1] : !tsbuf.table<1x1x8xi8>)
// CHECK-SAME: params {multiplier = 1073741824 : i32, shift = 26 : i32, diff_min = -31 : i32}
func.func @vectors(%x: !v) -> tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>> {
  %w = tinyts.constant dense<1> : tensor<8x8xi8>
  %b = tinyts.constant dense<0> : tensor<8xi32>
  %one = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (!v, tensor<8x8xi8>, tensor<8xi32>) -> !v
  %all = tinyts.fully_connected %one weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<8xf32>} : (!v, tensor<8x8xi8>, tensor<8xi32>) -> !v
  %m = tinyts.mean %all {axes = [0]} : (!v) -> tensor<1x8xi8, #q>
  %y = tinyts.softmax %m {beta = 1.0 : f32} : (tensor<1x8xi8, #q>) -> tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>>
  return %y : tensor<1x8xi8, #tinyts.quant<0.00390625 : f32, -128>>
}
