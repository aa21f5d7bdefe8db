// RUN: tinyts-opt %s --split-height | filecheck %s
// RUN: tinyts-opt %s --split-height=3 | filecheck %s --check-prefix=THREE
// RUN: not tinyts-opt %s --split-height=0 2>&1 | filecheck %s --check-prefix=ZERO

// ZERO: error: {{.*}}: split-height: height is 0; it must be at least 1

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
#point = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
!x = tensor<1x4x4x2xi8, #q>

// Each op is cut as its attribute says, and is whole without one.
// CHECK-LABEL: func.func @planned
// CHECK-NEXT: %a = tinyts.max_pool_2d %x
// CHECK-COUNT-2: tinyts.max_pool_2d %{{.*}} slice = #tinyts.pair<[2, 4]>, layer = {{[0-9]+}} : i64, rect =
// CHECK: tinyts.max_pool_2d %{{.*}} slice = #tinyts.pair<[3, 4]>, layer = {{[0-9]+}} : i64, rect = #tinyts.rect<[0, 3], [0, 4]>
// CHECK: tinyts.max_pool_2d %{{.*}} rect = #tinyts.rect<[3, 4], [0, 4]>
// CHECK: tinyts.max_pool_2d %{{.*}} slice = #tinyts.pair<[9, 4]>, layer = {{[0-9]+}} : i64} :
// CHECK-NEXT: return

// A given height prevails over attributes.
// THREE-LABEL: func.func @planned
// THREE-COUNT-8: tinyts.max_pool_2d
func.func @planned(%x: !x) -> !x {
  %a = tinyts.max_pool_2d %x {window = #point, clamp = #all} : (!x) -> !x
  %b = tinyts.max_pool_2d %a {window = #point, clamp = #all, slice = #tinyts.pair<[2, 4]>} : (!x) -> !x
  %c = tinyts.max_pool_2d %b {window = #point, clamp = #all, slice = #tinyts.pair<[3, 4]>} : (!x) -> !x
  %d = tinyts.max_pool_2d %c {window = #point, clamp = #all, slice = #tinyts.pair<[9, 4]>} : (!x) -> !x
  return %d : !x
}
