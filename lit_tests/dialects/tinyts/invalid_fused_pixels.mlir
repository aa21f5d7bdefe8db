// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: depthwise weights of shape [1, 3, 3, 4] do not fit an input of 3 channels
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x3xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x3xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: input has shape [4, 6, 2], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: weights of shape [5, 1, 1, 3] do not fit an input of 4 channels
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x3xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x3xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: weights are 1x2, the window is 1x1
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x2x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x2x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: bias must be an int32 tensor of 4 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<3xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<3xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: zero point -300 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #tinyts.quant<0.5 : f32, -300>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: multiplier 2147483648.0 is too large
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<2147483648.0> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>

// -----

// CHECK: result has shape [1, 4, 6, 5], expected [1, 2, 4, 5]
#q = #tinyts.quant<0.5 : f32, 0>
%x = "test.op"() : () -> tensor<1x4x6x2xi8, #q>
%v = "test.op"() : () -> tensor<1x3x3x4xi8>
%c = "test.op"() : () -> tensor<4xi32>
%w = "test.op"() : () -> tensor<5x1x1x4xi8>
%b = "test.op"() : () -> tensor<5xi32>
%y = tinyts.fused_pixels %x producer(%v, %c) consumer(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<4xf32>, middle_quant = #q, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<1x4x6x2xi8, #q>, tensor<1x3x3x4xi8>, tensor<4xi32>, tensor<5x1x1x4xi8>, tensor<5xi32>) -> tensor<1x4x6x5xi8, #q>
