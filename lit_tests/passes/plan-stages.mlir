// RUN: tinyts-opt %s --plan-stages | filecheck %s
// RUN: tinyts-opt %s --plan-stages=cuts=2 | filecheck %s --check-prefix=CUT
// RUN: tinyts-opt %s --plan-stages="objective=speed limit=2000" | filecheck %s --check-prefix=LIMIT
// RUN: tinyts-opt %s --plan-stages="objective=speed" | filecheck %s --check-prefix=SPEED
// RUN: tinyts-opt %s --plan-stages="fuse=false stream=false" | filecheck %s --check-prefix=PLAIN
// RUN: tinyts-opt %s -p 'plan-stages,fuse-rows,stream-reductions,split-height,fold-slices,schedule{order=staged}' | filecheck %s --check-prefix=LOWERED

#q = #tinyts.quant<0.5 : f32, 0>
#all = #tinyts.clamp<-128, 127>
#same = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>
#point = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
!x = tensor<1x16x16x2xi8, #q>
!c = tensor<1x16x16x16xi8, #q>
!m = tensor<1x1x1x16xi8, #q>

// The smallest peak: one stage, rows of which the mean consumes as they come. What an
// older plan said is gone; ops without a layer get one.
// CHECK: tinyts.conv_2d %x weights(%w0, %b) {window {{.*}} layer = 1 : i64, stage = 0 : i64, slice = #tinyts.pair<[1, 16]>} :
// CHECK-NEXT: tinyts.depthwise_conv_2d {{.*}} layer = 2 : i64, stage = 0 : i64, slice = #tinyts.pair<[1, 16]>} :
// CHECK-NEXT: tinyts.conv_2d {{.*}} layer = 3 : i64, stage = 0 : i64, slice = #tinyts.pair<[1, 16]>} :
// CHECK-NEXT: tinyts.mean {{.*}} layer = 4 : i64, stage = 0 : i64, slice = #tinyts.pair<[1, 1]>, stream} :

// A stage ends after layer 2, whose result then exists whole.
// CUT: tinyts.conv_2d %x {{.*}} stage = 0
// CUT-NEXT: tinyts.depthwise_conv_2d {{.*}} stage = 0
// CUT-NEXT: tinyts.conv_2d {{.*}} stage = 1
// CUT-NEXT: tinyts.mean {{.*}} stage = 1

// Fewer instructions within a limit: taller slices, and no pair that costs more fused.
// LIMIT: tinyts.conv_2d %x {{.*}} stage = 0 : i64, slice = #tinyts.pair<[2, 16]>} :
// LIMIT-NEXT: tinyts.depthwise_conv_2d {{.*}} stage = 0 : i64, slice = #tinyts.pair<[2, 16]>} :
// LIMIT-NEXT: tinyts.conv_2d
// LIMIT-NEXT: tinyts.mean {{.*}} slice = #tinyts.pair<[2, 1]>, stream} :

// SPEED-NOT: slice
// PLAIN-NOT: fuse
// PLAIN-NOT: stream

// LOWERED: %[[P0:.*]] = tinyts.conv_2d %{{.*}} layer = 3 {{.*}} rect = #tinyts.rect<[0, 1], [0, 16]>
// LOWERED-NEXT: %[[S:.*]] = tinyts.mean_step input(%[[P0]])
// LOWERED: %[[P1:.*]] = tinyts.conv_2d %{{.*}} layer = 3 {{.*}} rect = #tinyts.rect<[1, 2], [0, 16]>
// LOWERED-NEXT: tinyts.mean_step sums(%[[S]]) input(%[[P1]])

func.func @f(%x: !x, %w0: tensor<16x1x1x2xi8>, %w1: tensor<1x3x3x16xi8>, %w2: tensor<16x1x1x16xi8>, %b: tensor<16xi32>) -> !m {
  %a = tinyts.conv_2d %x weights(%w0, %b) {window = #point, clamp = #all, weight_scales = dense<0.5> : tensor<16xf32>, layer = 1, fuse = "pixels", keep = 1, group = 3} : (!x, tensor<16x1x1x2xi8>, tensor<16xi32>) -> !c
  %d = tinyts.depthwise_conv_2d %a weights(%w1, %b) {window = #same, clamp = #all, weight_scales = dense<0.5> : tensor<16xf32>, layer = 2} : (!c, tensor<1x3x3x16xi8>, tensor<16xi32>) -> !c
  %p = tinyts.conv_2d %d weights(%w2, %b) {window = #point, clamp = #all, weight_scales = dense<0.5> : tensor<16xf32>, layer = 3} : (!c, tensor<16x1x1x16xi8>, tensor<16xi32>) -> !c
  %m = tinyts.mean %p {axes = [1, 2], keep_dims} : (!c) -> !m
  return %m : !m
}
