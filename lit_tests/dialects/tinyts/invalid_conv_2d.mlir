// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: weights must be an int8 tensor of rank 4
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi32>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi32>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weights must be an int8 tensor of rank 4
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weights are 3x2, the window is 3x3
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x2x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x2x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: input has shape [4, 4, 2], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: batch is 2; only batch 1 is supported
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<2x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<2x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x2xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4x4x3xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8>

// -----

// CHECK: result has shape [1, 4, 4, 3], expected [1, 3, 4, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 4], expected [1, 4, 4, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: result has shape [1, 4, 4, 3], expected [1, 0, 0, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [-1, -1, -1, -1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: rect is 2x4, the result is 4x4
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>, rect = #tinyts.rect<[0, 2], [0, 4]>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: rect is 4x5, the result is 4x4
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>, rect = #tinyts.rect<[0, 4], [0, 5]>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: input has 2 channels, the weights are for 1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x1xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x1xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 3 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi8>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi8>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 3 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<2xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<2xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weight_scales must hold 3 values of type f32
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1> : tensor<3xi32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weight_scales must hold 3 values of type f32
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weight_scales must be finite numbers
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<"0x0000803F0000807F0000803F"> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>)
%y = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0e+30> : tensor<3xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<3x3x3x2xi8>, tensor<3xi32>) -> tensor<1x4x4x3xi8, #q>
