// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: weights of features must be i8, those of the time of the type of the state, i8 or i16
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi16>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi16>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: weights have shapes [2, 4] and [3, 3], not [F, K] and [F, M]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<3x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<3x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: rank 3 does not divide 2 filters
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 3, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: input has shape [1, 5], expected [1, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x5xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x5xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: state has shape [1, 5], expected [1, 6]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x5xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x5xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x5xi8, #q>)

// -----

// CHECK: a state of i8 has a quantization, one of i16 none
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8>)

// -----

// CHECK: the next state is not of the state's type
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi16>)

// -----

// CHECK: bias must be an int32 tensor of 1 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<2xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<2xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: result has shape [1, 2], expected [1, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.5 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x2xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: the scale 0.0 of the state is not positive
#q = #tinyts.quant<0.5 : f32, 0>
%x, %s, %f, %t, %b = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>)
%y, %n = tinyts.svdf %x state(%s) weights(%f, %t, %b) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.0 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi8, #q>, tensor<2x4xi8>, tensor<2x3xi8>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi8, #q>)

// -----

// CHECK: input has shape [2, 5, 3], expected [1, T, K] or [T, 1, K]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<2x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<2x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: the cell state must be i16 without a quantization
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi8, #q>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi8, #q>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi8, #q>)

// -----

// CHECK: the cell state has 2 elements, the hidden one 1
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x2xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x2xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x2xi16>)

// -----

// CHECK: weights must be i8 of [4, 3]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x2xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x2xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: weights must be i8 of [4, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x2xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x2xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: bias must be an int32 tensor of 4 elements
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<3xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<3xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: there must be a scale of type f32 for each gate
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<3xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: the next state is not of the state's types
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x2xi16>)

// -----

// CHECK: result has shape [1, 4, 1], expected [1, 5, 1]
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x4x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: cell_clip must be -1 to 32767
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -2} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)

// -----

// CHECK: of the cell state is no power of two from 2**-28 to 2**0
#q = #tinyts.quant<0.5 : f32, 0>
%x, %h, %c, %i, %r, %b = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
%y, %n, %m = tinyts.sequence_lstm %x state(%h, %c) weights(%i, %r, %b) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.3 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)
