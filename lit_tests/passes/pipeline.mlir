// RUN: tinyts-opt %s --fuse-pad --fold-constant-channels --split-height=1 --fold-slices --schedule=df --convert-tinyts-to-tsbuf='output=arena' --plan-arena --verify-arena | filecheck %s
// RUN: tinyts-opt %s --fuse-pad --fold-constant-channels --split-height=1 --fold-slices --schedule=df --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --verify-arena -t tinyts-c | filecheck %s --check-prefix=TEXT
// RUN: tinyts-opt %s --fuse-pad --split-height=1 --fold-slices --schedule=bf --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena --verify-arena | filecheck %s --check-prefix=BF
// RUN: tinyts-opt %s -p 'fuse-pad,convert-tinyts-to-tsbuf{input=arena output=arena},plan-arena,verify-arena' | filecheck %s --check-prefix=WHOLE

// A convolution, a depthwise one and a pointwise one, 4x8x3 to 4x8x16 to 4x8x8, through
// all passes. Rows have 8 * 16 = 128 bytes between the layers, 64 in the output.

// Depth first, at most three rows of the convolution and one of the depthwise one live
// with the first two rows of the output, 4 * 128 + 2 * 64: later rows of it take the
// place of the convolution's.
// CHECK: tsbuf.arena @sram {bytes = 640 : i64, alignment = 4 : i64, plan = {peak_live_bytes = 640 : i64,
// CHECK-LABEL: func.func @toy() {
// CHECK-NOT: "pad"
// CHECK: tsbuf.kernel "conv_2d" outs(output = %[[C:.*]] [0, 1] : {{.*}} layer 2
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[C]] [1, 2] : {{.*}} layer 2
// CHECK-NEXT: tsbuf.kernel "depthwise_conv_2d" outs(output = %[[D:.*]] [0, 1] : {{.*}} ins(input = %[[C]] [0, 2] : {{.*}} layer 3
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y:.*]] [0, 1] : {{.*}} ins(input = %[[D]] [0, 1] : {{.*}} layer 4
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[C]] [2, 3] : {{.*}} layer 2
// CHECK-NEXT: tsbuf.kernel "depthwise_conv_2d" outs(output = %[[D]] [1, 2] : {{.*}} ins(input = %[[C]] [0, 3] : {{.*}} layer 3
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [1, 2] : {{.*}} ins(input = %[[D]] [1, 2] : {{.*}} layer 4
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[C]] [3, 4] : {{.*}} layer 2
// CHECK-NEXT: tsbuf.kernel "depthwise_conv_2d" outs(output = %[[D]] [2, 3] : {{.*}} ins(input = %[[C]] [1, 4] : {{.*}} layer 3
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [2, 3] : {{.*}} ins(input = %[[D]] [2, 3] : {{.*}} layer 4
// CHECK-NEXT: tsbuf.kernel "depthwise_conv_2d" outs(output = %[[D]] [3, 4] : {{.*}} ins(input = %[[C]] [2, 4] : {{.*}} layer 3
// CHECK-NEXT: tsbuf.kernel "conv_2d" outs(output = %[[Y]] [3, 4] : {{.*}} ins(input = %[[D]] [3, 4] : {{.*}} layer 4
// CHECK-NEXT: func.return

// TEXT-LABEL: int toy_invoke(void) {
// TEXT: for (int32_t i0 = 0; i0 < 2; i0++) {
// TEXT: tinyts_conv_2d(&layer_0, memory, i0, i0 + 1);
// TEXT: for (int32_t i0 = 0; i0 < 2; i0++) {
// TEXT-NEXT: TINYTS_STEP(3);
// TEXT-NEXT: tinyts_depthwise_conv_2d(&layer_1, memory, i0, i0 + 1);
// TEXT-NEXT: TINYTS_STEP(4);
// TEXT-NEXT: tinyts_conv_2d(&layer_2, memory, i0, i0 + 1);
// TEXT-NEXT: TINYTS_STEP(2);
// TEXT-NEXT: tinyts_conv_2d(&layer_0, memory, i0 + 2, i0 + 3);
// TEXT-NEXT: }
// TEXT: tinyts_conv_2d(&layer_2, memory, i0 + 2, i0 + 3);
// TEXT: return 0;

// Breadth first, all four rows of the convolution and two of the depthwise one.
// BF: tsbuf.arena @sram {bytes = 768 :
// BF: tsbuf.kernel "conv_2d" {{.*}} layer 2
// BF-NEXT: tsbuf.kernel "conv_2d" {{.*}} layer 2
// BF-NEXT: tsbuf.kernel "conv_2d" {{.*}} layer 2
// BF-NEXT: tsbuf.kernel "conv_2d" {{.*}} layer 2
// BF-NEXT: tsbuf.kernel "depthwise_conv_2d" {{.*}} layer 3

// Whole, both tensors of 512 bytes.
// WHOLE: tsbuf.arena @sram {bytes = 1024 :
// WHOLE: tsbuf.kernel "conv_2d" {{.*}} layer 2
// WHOLE-NEXT: tsbuf.kernel "depthwise_conv_2d" {{.*}} layer 3
// WHOLE-NEXT: tsbuf.kernel "conv_2d" {{.*}} layer 4
// WHOLE-NEXT: func.return

#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x8x3xi8, #q>
!padded = tensor<1x6x10x3xi8, #q>
!mid = tensor<1x4x8x16xi8, #q>
!y = tensor<1x4x8x8xi8, #q>

func.func @toy(%x: !x) -> !y {
  %w0 = tinyts.constant dense<1> : tensor<16x3x3x3xi8>
  %b0 = tinyts.constant dense<0> : tensor<16xi32>
  %w1 = tinyts.constant dense<1> : tensor<1x3x3x16xi8>
  %b1 = tinyts.constant dense<0> : tensor<16xi32>
  %w2 = tinyts.constant dense<1> : tensor<8x1x1x16xi8>
  %b2 = tinyts.constant dense<0> : tensor<8xi32>
  %p = tinyts.pad %x {pads = #tinyts.pads<[1, 1, 1, 1]>, layer = 1} : (!x) -> !padded
  %c = tinyts.conv_2d %p weights(%w0, %b0) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 2} : (!padded, tensor<16x3x3x3xi8>, tensor<16xi32>) -> !mid
  %d = tinyts.depthwise_conv_2d %c weights(%w1, %b1) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<16xf32>, layer = 3} : (!mid, tensor<1x3x3x16xi8>, tensor<16xi32>) -> !mid
  %y = tinyts.conv_2d %d weights(%w2, %b2) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.03125> : tensor<8xf32>, layer = 4} : (!mid, tensor<8x1x1x16xi8>, tensor<8xi32>) -> !y
  return %y : !y
}
