// RUN: tinyts-opt %s --fuse-rows | filecheck %s
// RUN: tinyts-opt %s --fuse-rows --split-height=1 --fold-slices --schedule=df | filecheck %s --check-prefix=SPLIT
// RUN: tinyts-opt %s -p 'fuse-rows,split-height{height=1},fold-slices,schedule{order=df},convert-tinyts-to-tsbuf{overlap=trail},plan-arena,verify-arena' | filecheck %s --check-prefix=TSBUF
// RUN: tinyts-opt %s -p 'fuse-rows,split-height{height=1},fold-slices,schedule{order=df},convert-tinyts-to-tsbuf{overlap=trail},plan-arena,verify-arena' -t tinyts-c | filecheck %s --check-prefix=C

#q0 = #tinyts.quant<0.5 : f32, -3>
#q1 = #tinyts.quant<0.25 : f32, -128>
#q2 = #tinyts.quant<0.25 : f32, 5>
#all = #tinyts.clamp<-128, 127>
#same = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>
#point = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
!x = tensor<1x4x8x3xi8, #q0>
!c = tensor<1x4x8x16xi8, #q1>
!p = tensor<1x4x8x8xi8, #q2>

// Three layers as one op: it is the last one's layer, and has its place in the plan.
// CHECK-LABEL: func.func @block
// CHECK-NOT: tinyts.conv_2d
// CHECK: %p = tinyts.fused_rows in(%x : {{.*}}) producer(%w0, %b0 : {{.*}}) consumer(%w1, %b1 : {{.*}}) project(%w2, %b2 : {{.*}}) {
// CHECK-SAME: layer = 3 : i64
// CHECK-SAME: middle_layer = 1 : i64, middle_rows = #tinyts.pair<[0, 4]>
// CHECK-SAME: project_clamp = #tinyts.clamp<-128, 127>
// CHECK-SAME: depthwise_quant = #tinyts.quant<2.500000e-01 : f32, -128>, depthwise_layer = 2 : i64

// The rows of the middle are handed on as those of a pair.
// SPLIT-LABEL: func.func @block
// SPLIT: %[[P0:.*]], %m0, %m1 = tinyts.fused_rows in(
// SPLIT-SAME: project(%w2, %b2
// SPLIT: %[[P1:.*]], %m2 = tinyts.fused_rows kept(%m0, %m1 :
// SPLIT: %[[P2:.*]], %m3 = tinyts.fused_rows kept(%m1, %m2 :

// Scratch of the second call: 3 columns of the one new row, and a pixel, of 16 channels.
// TSBUF: tsbuf.buffer {{.*}}64
// TSBUF: tsbuf.kernel "fused_block"

// C: tinyts_fused_block(&
func.func @block(%x: !x {tinyts.name = "x"}) -> (!p {tinyts.name = "p"}) {
  %w0 = tinyts.constant dense<1> : tensor<16x1x1x3xi8>
  %b0 = tinyts.constant dense<2> : tensor<16xi32>
  %w1 = tinyts.constant dense<3> : tensor<1x3x3x16xi8>
  %b1 = tinyts.constant dense<4> : tensor<16xi32>
  %w2 = tinyts.constant dense<5> : tensor<8x1x1x16xi8>
  %b2 = tinyts.constant dense<6> : tensor<8xi32>
  %c = tinyts.conv_2d %x weights(%w0, %b0) {window = #point, clamp = #all, weight_scales = dense<0.01> : tensor<16xf32>, layer = 1, fuse = "block"} : (!x, tensor<16x1x1x3xi8>, tensor<16xi32>) -> !c
  %d = tinyts.depthwise_conv_2d %c weights(%w1, %b1) {window = #same, clamp = #all, weight_scales = dense<0.01> : tensor<16xf32>, layer = 2} : (!c, tensor<1x3x3x16xi8>, tensor<16xi32>) -> !c
  %p = tinyts.conv_2d %d weights(%w2, %b2) {window = #point, clamp = #all, weight_scales = dense<0.01> : tensor<8xf32>, layer = 3} : (!c, tensor<8x1x1x16xi8>, tensor<8xi32>) -> !p
  func.return %p : !p
}
