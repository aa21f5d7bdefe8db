// RUN: tinyts-opt %s --split-input-file --stream-reductions --verify-diagnostics | filecheck %s

// CHECK: stream-reductions: tinyts.max_pool_2d of layer 3 cannot be streamed: only mean, average_pool_2d and fully_connected can be
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x4x2xi8, #q>
%y = tinyts.max_pool_2d %x {window = #tinyts.window<[3, 4], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 3, stream} : (tensor<1x3x4x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: tinyts.average_pool_2d of layer 3 cannot be streamed: its window does not cover the whole input at once
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x4x2xi8, #q>
%y = tinyts.average_pool_2d %x {window = #tinyts.window<[2, 4], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 3, stream} : (tensor<1x3x4x2xi8, #q>) -> tensor<1x2x1x2xi8, #q>

// -----

// CHECK: tinyts.average_pool_2d of layer 3 cannot be streamed: it is cut already
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x4x2xi8, #q>
%y = tinyts.average_pool_2d %x {window = #tinyts.window<[3, 4], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 3, stream, rect = #tinyts.rect<[1, 2], [0, 1]>} : (tensor<1x3x4x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: tinyts.mean of layer 3 cannot be streamed: it reduces axes [1, 3], not rows and columns alone
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x4x2xi8, #q>
%y = tinyts.mean %x {axes = [1, 3], layer = 3, stream} : (tensor<1x3x4x2xi8, #q>) -> tensor<1x1x4x1xi8, #q>

// -----

// CHECK: tinyts.mean of layer 3 cannot be streamed: its input has shape [3, 4, 2], not [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<3x4x2xi8, #q>
%y = tinyts.mean %x {axes = [0, 1], layer = 3, stream} : (tensor<3x4x2xi8, #q>) -> tensor<1x1x2xi8, #q>

// -----

// CHECK: tinyts.mean of layer 3 cannot be streamed: its slice has 0 rows
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x4x2xi8, #q>
%y = tinyts.mean %x {axes = [1, 2], layer = 3, stream, slice = #tinyts.pair<[0, 4]>} : (tensor<1x3x4x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: tinyts.fully_connected of layer 3 cannot be streamed: it has 2 batches, not one
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<2x12xi8, #q>, tensor<3x12xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>, layer = 3, stream} : (tensor<2x12xi8, #q>, tensor<3x12xi8>, tensor<3xi32>) -> tensor<2x3xi8, #q>

// -----

// CHECK: tinyts.fully_connected of layer 3 cannot be streamed: its input is no reshaped [1, H, W, C] that it alone reads
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x2x2xi8, #q>, tensor<3x12xi8>, tensor<3xi32>)
%f = tinyts.reshape %x : (tensor<1x3x2x2xi8, #q>) -> tensor<1x12xi8, #q>
%y = tinyts.fully_connected %f weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>, layer = 3, stream} : (tensor<1x12xi8, #q>, tensor<3x12xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>
%g = tinyts.reshape %f : (tensor<1x12xi8, #q>) -> tensor<12xi8, #q>
