// RUN: not tinyts-opt %s --split-height 2>&1 | filecheck %s

// CHECK: error: {{.*}}: split-height: slice [0, 4] of tinyts.max_pool_2d of layer 6 has no rows; give at least 1
// CHECK-NOT: {{.+}}

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x4x2xi8, #q>
func.func @net(%x: !x) -> !x {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 6, slice = #tinyts.pair<[0, 4]>} : (!x) -> !x
  return %a : !x
}
