// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: input has shape [1, 3, 3, 2], expected [1, H, W, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x2xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x2xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<1x6x6x1xi8, #q>

// -----

// CHECK: a transposed convolution has no dilation
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0], dilation [2, 2]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<1x6x6x1xi8, #q>

// -----

// CHECK: result has rank 3, expected 4
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<6x6x1xi8, #q>

// -----

// CHECK: result has shape [1, 6, 6, 2], expected [1, 6, 6, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<1x6x6x2xi8, #q>

// -----

// CHECK: weights are 2x3, the window is 3x3
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x1xi8, #q>, tensor<1x2x3x1xi8>, tensor<1xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x2x3x1xi8>, tensor<1xi32>) -> tensor<1x6x6x1xi8, #q>

// -----

// CHECK: bias
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<2xi32>)
%y = tinyts.transpose_conv %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 2], pads [1, 0, 1, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x3x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<2xi32>) -> tensor<1x6x6x1xi8, #q>
