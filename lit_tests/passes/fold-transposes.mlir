// RUN: tinyts-opt %s --fold-transposes | filecheck %s

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
!nhwc = tensor<1x4x6x2xi8, #q>
!nchw = tensor<1x2x4x6xi8, #q>
!swap = tensor<1x6x4x2xi8, #q>

// Two that undo each other cancel, with what lies between in the layout around them.
// CHECK-LABEL: func.func @between
// CHECK-NOT: tinyts.transpose
// CHECK: %[[C:.*]] = tinyts.constant {{.*}} : tensor<1x1x1x2xi8, #tinyts.quant<
// CHECK-NEXT: %[[SUM:.*]] = tinyts.add %x, %[[C]] {clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x6x2xi8,
// CHECK-NEXT: %[[PAD:.*]] = tinyts.pad %[[SUM]] {pads = #tinyts.pads<[1, 2, 3, 4]>, channel_pads = #tinyts.pair<[5, 6]>}
// CHECK-SAME: -> tensor<1x7x13x13xi8,
// CHECK-NEXT: return %[[PAD]]
func.func @between(%x: !nhwc) -> tensor<1x7x13x13xi8, #q> {
  %t = tinyts.transpose %x {perm = [0, 3, 1, 2]} : (!nhwc) -> !nchw
  %c = tinyts.constant dense<[[[[5]], [[7]]]]> : tensor<1x2x1x1xi8, #q>
  %y = tinyts.add %t, %c {clamp = #all, layer = 7} : (!nchw, tensor<1x2x1x1xi8, #q>) -> !nchw
  %p = tinyts.pad %y {pads = #tinyts.pads<[5, 6, 1, 2]>, channel_pads = #tinyts.pair<[3, 4]>} : (!nchw) -> tensor<1x13x7x13xi8, #q>
  %u = tinyts.transpose %p {perm = [0, 2, 3, 1]} : (tensor<1x13x7x13xi8, #q>) -> tensor<1x7x13x13xi8, #q>
  return %u : tensor<1x7x13x13xi8, #q>
}

// Two that do not become one.
// CHECK-LABEL: func.func @pair
// CHECK-NEXT: tinyts.transpose %x {layer = 2 : i64, perm = [0 : i64, 2 : i64, 1 : i64, 3 : i64]}
// CHECK-NEXT: return
func.func @pair(%x: !nhwc) -> !swap {
  %t = tinyts.transpose %x {perm = [0, 3, 1, 2], layer = 1} : (!nhwc) -> !nchw
  %u = tinyts.transpose %t {perm = [0, 3, 2, 1], layer = 2} : (!nchw) -> !swap
  return %u : !swap
}

// A mean is taken along the axes as they were; what is left moves nothing.
// CHECK-LABEL: func.func @mean
// CHECK-NEXT: tinyts.mean %x {axes = [1 : i64, 2 : i64]} : (tensor<1x4x6x2xi8, {{.*}}) -> tensor<1x1x1x2xi8
// CHECK-NEXT: tinyts.reshape %{{.*}} {layer = 4 : i64} : {{.*}} -> tensor<1x2x1x1xi8
// CHECK-NEXT: return
func.func @mean(%x: !nhwc) -> tensor<1x2x1x1xi8, #q> {
  %t = tinyts.transpose %x {perm = [0, 3, 1, 2]} : (!nhwc) -> !nchw
  %m = tinyts.mean %t {axes = [2, 3], layer = 4} : (!nchw) -> tensor<1x2x1x1xi8, #q>
  return %m : tensor<1x2x1x1xi8, #q>
}

// Rows and columns change places in the windows of a pool.
// CHECK-LABEL: func.func @pool
// CHECK-NEXT: tinyts.max_pool_2d %x {window = #tinyts.window<[2, 3], stride [1, 2], pads [0, 1, 0, 0]>
// CHECK-SAME: -> tensor<1x4x2x2xi8
// CHECK-NEXT: return
func.func @pool(%x: !nhwc) -> tensor<1x4x2x2xi8, #q> {
  %t = tinyts.transpose %x {perm = [0, 2, 1, 3]} : (!nhwc) -> !swap
  %p = tinyts.max_pool_2d %t {window = #tinyts.window<[3, 2], stride [2, 1], pads [0, 0, 0, 1]>, clamp = #all} : (!swap) -> tensor<1x2x4x2xi8, #q>
  %u = tinyts.transpose %p {perm = [0, 2, 1, 3]} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x4x2x2xi8, #q>
  return %u : tensor<1x4x2x2xi8, #q>
}

// Nothing is gained before a convolution, or where others read the transposed tensor.
// CHECK-LABEL: func.func @kept
// CHECK-NEXT: tinyts.transpose %x
// CHECK-NEXT: tinyts.pad
// CHECK-NEXT: tinyts.mean %{{.*}} {axes = [1 : i64]}
// CHECK-NEXT: tinyts.mul
func.func @kept(%x: !nhwc) -> (tensor<1x8x6x2xi8, #q>, tensor<1x1x4x2xi8, #q>, !swap) {
  %t = tinyts.transpose %x {perm = [0, 2, 1, 3]} : (!nhwc) -> !swap
  %p = tinyts.pad %t {pads = #tinyts.pads<[1, 1, 1, 1]>} : (!swap) -> tensor<1x8x6x2xi8, #q>
  %m = tinyts.mean %t {axes = [1]} : (!swap) -> tensor<1x1x4x2xi8, #q>
  %y = tinyts.mul %t, %t {clamp = #all} : (!swap, !swap) -> !swap
  return %p, %m, %y : tensor<1x8x6x2xi8, #q>, tensor<1x1x4x2xi8, #q>, !swap
}

// A reshape that changes nothing, as networks of one dimension have them, goes.
// CHECK-LABEL: func.func @between_reshapes
// CHECK-NEXT: tinyts.max_pool_2d %x
// CHECK-NEXT: return
func.func @between_reshapes(%x: !nhwc) -> tensor<1x4x2x2xi8, #q> {
  %t = tinyts.transpose %x {perm = [0, 2, 1, 3]} : (!nhwc) -> !swap
  %r = tinyts.reshape %t : (!swap) -> !swap
  %p = tinyts.max_pool_2d %r {window = #tinyts.window<[3, 2], stride [2, 1], pads [0, 0, 0, 1]>, clamp = #all} : (!swap) -> tensor<1x2x4x2xi8, #q>
  %s = tinyts.reshape %p : (tensor<1x2x4x2xi8, #q>) -> tensor<1x2x4x2xi8, #q>
  %u = tinyts.transpose %s {perm = [0, 2, 1, 3]} : (tensor<1x2x4x2xi8, #q>) -> tensor<1x4x2x2xi8, #q>
  return %u : tensor<1x4x2x2xi8, #q>
}
