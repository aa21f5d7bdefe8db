// RUN: tinyts-opt %s --split-height --fold-slices --schedule=df | filecheck %s --check-prefix=DF
// RUN: tinyts-opt %s --split-height --fold-slices --schedule=bf | filecheck %s --check-prefix=BF

// Two layers with a window of three rows: depth first, each row of the second comes
// right after the last row of the first that it reads.

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x4x4x2xi8, #q>

// DF-LABEL: func.func @net
// DF: layer = 1 : i64, rect = #tinyts.rect<[0, 1],
// DF: layer = 1 : i64, rect = #tinyts.rect<[1, 2],
// DF: layer = 2 : i64, rect = #tinyts.rect<[0, 1],
// DF: layer = 1 : i64, rect = #tinyts.rect<[2, 3],
// DF: layer = 2 : i64, rect = #tinyts.rect<[1, 2],
// DF: layer = 1 : i64, rect = #tinyts.rect<[3, 4],
// DF: layer = 2 : i64, rect = #tinyts.rect<[2, 3],
// DF-NOT: layer = 1
// DF: layer = 2 : i64, rect = #tinyts.rect<[3, 4],

// BF-LABEL: func.func @net
// BF: layer = 1 : i64, rect = #tinyts.rect<[0, 1],
// BF: layer = 1 : i64, rect = #tinyts.rect<[1, 2],
// BF: layer = 1 : i64, rect = #tinyts.rect<[2, 3],
// BF: layer = 1 : i64, rect = #tinyts.rect<[3, 4],
// BF: layer = 2 : i64, rect = #tinyts.rect<[0, 1],
// BF: layer = 2 : i64, rect = #tinyts.rect<[1, 2],
// BF: layer = 2 : i64, rect = #tinyts.rect<[2, 3],
// BF: layer = 2 : i64, rect = #tinyts.rect<[3, 4],
func.func @net(%x: !x) -> !x {
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!x) -> !x
  %z = tinyts.max_pool_2d %y {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, layer = 2} : (!x) -> !x
  return %z : !x
}
