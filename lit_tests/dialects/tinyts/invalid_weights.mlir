// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the first dimension of depthwise weights must be 1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<2x3x3x4xi8>, tensor<4xi32>)
%y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<2x3x3x4xi8>, tensor<4xi32>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: 3 output channels are no multiple of 2 inputs
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x3xi8>, tensor<4xi32>)
%y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x3xi8>, tensor<4xi32>) -> tensor<1x4x4x3xi8, #q>

// -----

// CHECK: weights are 3x3, the window is 3x1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>)
%y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 1], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 4 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<2xi32>)
%y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<2xi32>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: weights must be an int8 tensor of rank 2
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4x1xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4x1xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: weights must be an int8 tensor of rank 2
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi32>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi32>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: input has shape [1, 5], expected [N, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x5xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x5xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: input has shape [4], expected [N, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: expected a quantized int8 tensor, found tensor<1x4xi8>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4xi8>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: result has shape [2, 3], expected [1, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<2x3xi8, #q>

// -----

// CHECK: weight_scales must hold 1 values of type f32
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1> : tensor<1xi32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 3 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<4xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<4xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: weight_scales must hold 3 values of type f32
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>)
%y = tinyts.depthwise_conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0e+30> : tensor<4xf32>} : (tensor<1x4x4x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>) -> tensor<1x4x4x4xi8, #q>

// -----

// CHECK: multiplier {{.*}} is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0e+30> : tensor<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 3 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<4xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<4xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: weight_scales must be finite numbers
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<"0x0000C07F"> : tensor<1xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: the only weight scale must not be negative
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<-0.5> : tensor<1xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>

// -----

// CHECK: expected a tensor, found vector<3xf32>
#q = #tinyts.quant<0.5 : f32, 0>
%x, %w, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>)
%y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : vector<3xf32>} : (tensor<1x4xi8, #q>, tensor<3x4xi8>, tensor<3xi32>) -> tensor<1x3xi8, #q>
