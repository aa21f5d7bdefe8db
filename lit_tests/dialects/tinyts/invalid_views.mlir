// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: input has shape [4, 6], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<4x6xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>} : (tensor<4x6xi8, #q>) -> tensor<4x6xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #p>

// -----

// CHECK: the window of a slice is one pixel
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[2, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x3x6x4xi8, #q>

// -----

// CHECK: a slice must lie in its input: pads crop
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [1, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x5x6x4xi8, #q>

// -----

// CHECK: 2 channels from 1 by 3 are not in 4
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, channels = #tinyts.pair<[1, 3]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x2xi8, #q>

// -----

// CHECK: result has shape [1, 4, 6, 4], expected [1, 3, 6, 4]
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.strided_slice %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [-1, 0, 0, 0]>, channels = #tinyts.pair<[0, 1]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: [0, 1, 1, 2] is no permutation of the axes of [1, 4, 6, 4]
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.transpose %x {perm = [0, 1, 1, 2]} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: rank 6 is more than 5
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x1x1x4x6x4xi8, #q>
%y = tinyts.transpose %x {perm = [0, 1, 2, 3, 5, 4]} : (tensor<1x1x1x4x6x4xi8, #q>) -> tensor<1x1x1x4x4x6xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.transpose %x {perm = [0, 1, 3, 2]} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x4x6xi8, #p>

// -----

// CHECK: rows of a part are not in the whole
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.transpose %x {perm = [0, 2, 1, 3], first_row = 5 : i64} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x2x4x4xi8, #q>

// -----

// CHECK: input has shape [4, 6], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<4x6xi8, #q>
%y = tinyts.resize_bilinear %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[4, 6]>} : (tensor<4x6xi8, #q>) -> tensor<4x6xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.resize_bilinear %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[4, 6]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #p>

// -----

// CHECK: sizes must be at least 1
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.resize_bilinear %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[4, 0]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: corners are aligned, or pixels have half centres
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.resize_nearest_neighbor %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[4, 6]>, align_corners, half_pixel_centers} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: the result ends at (4, 6), behind output_sizes (4, 5)
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.resize_nearest_neighbor %x {sizes = #tinyts.pair<[4, 6]>, output_sizes = #tinyts.pair<[4, 5]>} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: rectangle (0, 5, 0, 6) is read, the input is (0, 4, 0, 6)
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.resize_nearest_neighbor %x {sizes = #tinyts.pair<[5, 6]>, output_sizes = #tinyts.pair<[4, 6]>, align_corners} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: sizes must be at most 32768
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x1x1x1xi8, #q>
%y = tinyts.resize_bilinear %x {sizes = #tinyts.pair<[1, 1]>, output_sizes = #tinyts.pair<[40000, 1]>} : (tensor<1x1x1x1xi8, #q>) -> tensor<1x40000x1x1xi8, #q>

// -----

// CHECK: value 200 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>, value = 200 : i64} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x4x6x4xi8, #q>

// -----

// CHECK: input has shape [4, 6, 4], expected 1xHxWxC
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x6x4xi8, #q>
%y = tinyts.depth_to_space %x {block = 2 : i64} : (tensor<4x6x4xi8, #q>) -> tensor<8x12x1xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
#p = #tinyts.quant<0.25 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.depth_to_space %x {block = 2 : i64} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x8x12x1xi8, #p>

// -----

// CHECK: 6 channels are no squares of 2 by 2 pixels
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x6xi8, #q>
%y = tinyts.depth_to_space %x {block = 2 : i64} : (tensor<1x4x6x6xi8, #q>) -> tensor<1x8x12x1xi8, #q>

// -----

// CHECK: 4 channels are no squares of 0 by 0 pixels
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.depth_to_space %x {block = 0 : i64} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x8x12x1xi8, #q>

// -----

// CHECK: result has shape [1, 8, 12, 2], expected [1, 8, 12, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x4xi8, #q>
%y = tinyts.depth_to_space %x {block = 2 : i64} : (tensor<1x4x6x4xi8, #q>) -> tensor<1x8x12x2xi8, #q>

// -----

// CHECK: the operand is not the part from [2, 0] that is needed
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x1x6x4xi8, #q>
%y = tinyts.depth_to_space %x {block = 2 : i64, origin = #tinyts.pair<[2, 0]>, rect = #tinyts.rect<[2, 4], [0, 12]>} : (tensor<1x1x6x4xi8, #q>) -> tensor<1x2x12x1xi8, #q>
