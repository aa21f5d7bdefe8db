// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: rows [1, 4) do not exist in an input of 3 rows
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 3} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: rows [2, 2) do not exist in an input of 5 rows
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[2, 2]>, height = 5} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: input has shape [1, 3, 6, 2], expected [1, 2, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 3]>, height = 5} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x3x6x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 5} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: a step computes no part of its result: no rect
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 5, rect = #tinyts.rect<[0, 1], [0, 1]>} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: the first step begins the accumulator; it is given none
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[0, 3]>, height = 5} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: only the first step has no accumulator
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%y = tinyts.mean_step input(%x) {rows = #tinyts.pair<[1, 4]>, height = 5} : (tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: accumulator has type tensor<1x1x1x3xi32>, not tensor<1x1x1x2xi32>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 5} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: result has type tensor<1x1x1x2xi8, 
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 5} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x1x1x2xi32>
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi32>

// -----

// CHECK: result has shape [1, 1, 1, 3], expected [1, 1, 1, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x3xi8, #q>

// -----

// CHECK: multiplier 2147483648.0 is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #tinyts.quant<1073741824.0 : f32, 0>>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.mean_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #tinyts.quant<1073741824.0 : f32, 0>>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: the window does not cover an input of 4x6 at once
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.average_pool_2d_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4, window = #tinyts.window<[4, 6], stride [1, 1], pads [1, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: the window does not cover an input of 4x6 at once
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.average_pool_2d_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4, window = #tinyts.window<[3, 6], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #q>

// -----

// CHECK: a pool's input and result differ in quantization
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x2xi32>
%y = tinyts.average_pool_2d_step sums(%s) input(%x) {rows = #tinyts.pair<[1, 4]>, height = 4, window = #tinyts.window<[4, 6], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (tensor<1x1x1x2xi32>, tensor<1x3x6x2xi8, #q>) -> tensor<1x1x1x2xi8, #tinyts.quant<0.25 : f32, 0>>

// -----

// CHECK: weights are for 47 inputs; 4 rows of 12 are 48
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x47xi8>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x47xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: weights must be an int8 tensor of rank 2
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi32>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi32>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 3 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi8>
%b = "test.op"() : () -> tensor<2xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi8>, tensor<2xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: zero point 128 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi8>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #tinyts.quant<0.5 : f32, 128>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: the only weight scale must not be negative
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi8>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<-0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: result has shape [1, 1, 1, 3], expected [1, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi8>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi8>, tensor<3xi32>) -> tensor<1x1x1x3xi8, #q>

// -----

// CHECK: multiplier 4294967296.0 is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%s = "test.op"() : () -> tensor<1x1x1x3xi32>
%w = "test.op"() : () -> tensor<3x48xi8>
%b = "test.op"() : () -> tensor<3xi32>
%y = tinyts.fully_connected_step sums(%s) input(%x) weights(%w, %b) {rows = #tinyts.pair<[1, 4]>, height = 4, input_quant = #tinyts.quant<4294967296.0 : f32, 0>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x1x1x3xi32>, tensor<1x3x6x2xi8, #q>, tensor<3x48xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>
