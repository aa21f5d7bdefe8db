// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic | tinyts-opt | diff %t.mlir -
// RUN: tinyts-opt %s --split-height=2 --fold-slices | filecheck %s --check-prefix=SPLIT

// Operations that move data, and their parts of two rows.

#q = #tinyts.quant<0.5 : f32, -3>
!image = tensor<1x4x6x4xi8, #q>

// CHECK-LABEL: func.func @views
func.func @views(%x: !image) -> (tensor<1x2x3x2xi8, #q>, tensor<1x4x4x6xi8, #q>, tensor<1x6x4x4xi8, #q>, tensor<1x8x12x4xi8, #q>, tensor<1x8x12x4xi8, #q>) {
  // CHECK: tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [2, 2], pads [-1, 0, 0, -1]>, channels = #tinyts.pair<[1, 2]>}
  // SPLIT: tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [2, 2], pads [-1, 0, 0, -1]>
  %s = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [2, 2], pads [-1, 0, 0, -1]>, channels = #tinyts.pair<[1, 2]>} : (!image) -> tensor<1x2x3x2xi8, #q>
  // CHECK: tinyts.transpose %x {perm = [0 : i64, 1 : i64, 3 : i64, 2 : i64]}
  // SPLIT: [[ROWS:%[0-9a-z_]+]] = tinyts.slice %x <[2, 4], [0, 6]>
  // SPLIT: tinyts.transpose [[ROWS]] {perm = [0 : i64, 1 : i64, 3 : i64, 2 : i64], layer = {{[0-9]+}} : i64, rect = #tinyts.rect<[2, 4], [0, 4]>}
  %t = tinyts.transpose %x {perm = [0, 1, 3, 2]} : (!image) -> tensor<1x4x4x6xi8, #q>
  // SPLIT: tinyts.transpose %x {perm = [0 : i64, 2 : i64, 1 : i64, 3 : i64], layer = {{[0-9]+}} : i64, first_row = 4 : i64, rect = #tinyts.rect<[4, 6], [0, 4]>}
  %u = tinyts.transpose %x {perm = [0, 2, 1, 3]} : (!image) -> tensor<1x6x4x4xi8, #q>
  // CHECK: tinyts.resize_nearest_neighbor %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[8, 12]>, half_pixel_centers}
  // SPLIT: [[ROW:%[0-9a-z_]+]] = tinyts.slice %x <[1, 2], [0, 6]>
  // SPLIT: tinyts.resize_nearest_neighbor [[ROW]] {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[8, 12]>
  // SPLIT-SAME: origin = #tinyts.pair<[1, 0]>
  %n = tinyts.resize_nearest_neighbor %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[8, 12]>, half_pixel_centers} : (!image) -> tensor<1x8x12x4xi8, #q>
  // CHECK: tinyts.resize_bilinear %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[8, 12]>, align_corners}
  // SPLIT: tinyts.slice %x <[0, 3], [0, 6]>
  %b = tinyts.resize_bilinear %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[8, 12]>, align_corners} : (!image) -> tensor<1x8x12x4xi8, #q>
  return %s, %t, %u, %n, %b : tensor<1x2x3x2xi8, #q>, tensor<1x4x4x6xi8, #q>, tensor<1x6x4x4xi8, #q>, tensor<1x8x12x4xi8, #q>, tensor<1x8x12x4xi8, #q>
}

// SPLIT-LABEL: func.func @squares
func.func @squares(%x: !image) -> tensor<1x8x12x1xi8, #q> {
  // CHECK: tinyts.depth_to_space %x {block = 2 : i64}
  // SPLIT: [[SQUARE:%[0-9a-z_]+]] = tinyts.slice %x <[1, 2], [0, 6]>
  // SPLIT: tinyts.depth_to_space [[SQUARE]] {block = 2 : i64, layer = {{[0-9]+}} : i64, origin = #tinyts.pair<[1, 0]>, rect = #tinyts.rect<[2, 4], [0, 12]>}
  %y = tinyts.depth_to_space %x {block = 2 : i64} : (!image) -> tensor<1x8x12x1xi8, #q>
  return %y : tensor<1x8x12x1xi8, #q>
}
