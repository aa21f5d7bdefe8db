// RUN: tinyts-opt %s --split-width=2 | filecheck %s
// RUN: tinyts-opt %s --split-height=2 --split-width=3 | filecheck %s --check-prefix=BOTH
// RUN: tinyts-opt %s --split-width | filecheck %s --check-prefix=PLANNED
// RUN: tinyts-opt %s --split-width=2 --fold-slices --convert-tinyts-to-tsbuf | filecheck %s --check-prefix=TILES
// RUN: not tinyts-opt %s --split-width=0 2>&1 | filecheck %s --check-prefix=ZERO
// RUN: not tinyts-opt %s --convert-tinyts-to-tsbuf --split-width=1 2>&1 | filecheck %s --check-prefix=LATE

// ZERO: error: {{.*}}split-width.mlir: split-width: width is 0; it must be at least 1
// LATE: error: {{.*}}: split-width: the module is already lowered to tsbuf; run it before convert-tinyts-to-tsbuf

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
!x = tensor<1x4x5x2xi8, #q>

// Every tile keeps the pads at its own border and says which columns it computes.
// CHECK-LABEL: func.func @net
// CHECK: tinyts.slice %x <[0, 4], [0, 3]>
// CHECK: tinyts.max_pool_2d
// CHECK-SAME: pads [0, 0, 1, 0]>
// CHECK-SAME: rect = #tinyts.rect<[0, 4], [0, 2]>
// CHECK: tinyts.slice %x <[0, 4], [1, 5]>
// CHECK: tinyts.max_pool_2d
// CHECK-SAME: pads [0, 0, 0, 0]>
// CHECK-SAME: rect = #tinyts.rect<[0, 4], [2, 4]>
// CHECK: tinyts.slice %x <[0, 4], [3, 5]>
// CHECK: tinyts.max_pool_2d
// CHECK-SAME: pads [0, 0, 0, 1]>
// CHECK-SAME: rect = #tinyts.rect<[0, 4], [4, 5]>
// CHECK: tinyts.concat
// CHECK-SAME: {places = [#tinyts.rect<[0, 4], [0, 2]>, #tinyts.rect<[0, 4], [2, 4]>, #tinyts.rect<[0, 4], [4, 5]>]}
// CHECK-COUNT-3: tinyts.add
// A mean has no kernel for tiles.
// CHECK: tinyts.mean %{{.*}} -> tensor<1x1x5x2xi8

// Columns are counted in the layer's tensor, also where rows were cut before.
// BOTH-LABEL: func.func @net
// BOTH: rect = #tinyts.rect<[0, 2], [0, 3]>
// BOTH: rect = #tinyts.rect<[0, 2], [3, 5]>
// BOTH: rect = #tinyts.rect<[2, 4], [0, 3]>
// BOTH: rect = #tinyts.rect<[2, 4], [3, 5]>

// PLANNED-LABEL: func.func @net
// PLANNED: tinyts.max_pool_2d %x
// PLANNED-COUNT-2: tinyts.add
// PLANNED-NOT: tinyts.add

// The pool's readers take tiles: each tile has a buffer, and rows of the table count
// column by column. The mean does not: the sum's rows lie in one piece.
// TILES: tsbuf.buffer : !tsbuf.buffer<4x2x2xi8>
// TILES: %[[POOL:.*]] = tsbuf.rows {{.*}} {starts = [0 : i64, 4 : i64, 8 : i64], borders = [0 : i64, 2 : i64, 4 : i64, 5 : i64]}
// TILES: %[[WHOLE:.*]] = tsbuf.buffer : !tsbuf.buffer<4x5x2xi8>
// TILES: tsbuf.view %[[WHOLE]] {layout = #tsbuf.layout<offset 4, row_pitch 10, pixel_pitch 2>}
// TILES: tsbuf.kernel "max_pool_2d_tiles" outs(output = %[[POOL]] [0, 4] : !tsbuf.table<4x5x2xi8>) ins(input = %{{.*}} [0, 4] :
// TILES: tsbuf.kernel "max_pool_2d_tiles" outs(output = %[[POOL]] [4, 8]
// TILES: tsbuf.kernel "max_pool_2d_tiles" outs(output = %[[POOL]] [8, 12]
// TILES: tsbuf.kernel "add_tiles" outs(output = %{{.*}} [0, 4] : !tsbuf.table<4x5x2xi8>) ins(input_1 = %[[POOL]] [0, 4] : !tsbuf.table<4x5x2xi8>, input_2 = %[[POOL]] [0, 4]
// TILES: tsbuf.kernel "mean" {{.*}} ins(input = %{{.*}} [0, 4]
func.func @net(%x: !x) -> tensor<1x1x5x2xi8, #q> {
  %p = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 3], stride [1, 1], pads [0, 0, 1, 1]>, clamp = #all} : (!x) -> !x
  %a = tinyts.add %p, %p {clamp = #all, slice = #tinyts.pair<[4, 3]>} : (!x, !x) -> !x
  %m = tinyts.mean %a {axes = [1]} : (!x) -> tensor<1x1x5x2xi8, #q>
  return %m : tensor<1x1x5x2xi8, #q>
}
