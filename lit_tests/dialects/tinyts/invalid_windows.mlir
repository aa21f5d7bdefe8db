// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: result has shape [1, 2, 3, 2], expected [1, 2, 2, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.max_pool_2d %x {window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x2x3x2xi8, #q>

// -----

// CHECK: input has shape [4, 4, 2], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x4x2xi8, #q>
%y = tinyts.max_pool_2d %x {window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<4x4x2xi8, #q>) -> tensor<1x2x2x2xi8, #q>

// -----

// CHECK: pools have no dilation
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.max_pool_2d %x {window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0], dilation [2, 2]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: a pool's input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.average_pool_2d %x {window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 1>>

// -----

// CHECK: input has shape [4, 4, 2], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>} : (tensor<4x4x2xi8, #q>) -> tensor<4x4x2xi8, #q>

// -----

// CHECK: input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #tinyts.quant<0.25 : f32, 0>>

// -----

// CHECK: batch is 2; only batch 1 is supported
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<2x4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>} : (tensor<2x4x4x2xi8, #q>) -> tensor<2x4x4x2xi8, #q>

// -----

// CHECK: channel pads must not be negative
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>, channel_pads = #tinyts.pair<[-1, 0]>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x1xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 2], expected [1, 5, 3, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[1, 0, 0, -1]>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 2], expected [1, 4, 4, 5]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x4x2xi8, #q>
%y = tinyts.pad %x {pads = #tinyts.pads<[0, 0, 0, 0]>, channel_pads = #tinyts.pair<[1, 2]>} : (tensor<1x4x4x2xi8, #q>) -> tensor<1x4x4x2xi8, #q>

// -----

// CHECK: a window lies wholly in the padding
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x1x4x2xi8, #q>
%y = tinyts.average_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [1, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x1x4x2xi8, #q>) -> tensor<1x2x4x2xi8, #q>
