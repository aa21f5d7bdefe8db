// RUN: tinyts-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: input_type has shape [5, 6, 2], expected [1, H, W, C]
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: producer 'pool' is not one of conv_2d, depthwise_conv_2d
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "pool", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: weights of shape [2, 1, 1, 2] do not fit an input of 3 channels
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x3xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: depthwise weights of shape [2, 1, 1, 2] do not fit an input of 2 channels
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "depthwise_conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: zero point 200 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #tinyts.quant<0.5 : f32, 200>, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: rect (4, 6, 0, 6) is not whole rows of a result of 5x6
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[4, 6], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: rect (1, 3, 1, 6) is not whole rows of a result of 5x6
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [1, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: result has shape [1, 2, 6, 2], expected [1, 1, 6, 2]
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 2], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: group is 3; the middle has 2 channels
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 3 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: keep is 3; neighbouring windows share 2 rows
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 3 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: 2 rows are kept; output row 1 needs none or rows [0, 1)
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 1 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: 2 rows are kept; output row 0 needs none
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[0, 2], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: middle_rows are [2, 3]; output rows [1, 3) compute [2, 4]
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 3]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: 1 rows are stored; the next part keeps 2 of those that are computed
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:2 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: a row of the middle has type tensor<1x1x6x1xi8, 
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x1xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x1xi8, #q>, tensor<1x1x6x1xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: the part reads rows [2, 4) of the input; one operand must hold them
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 0, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: input has type tensor<1x3x6x2xi8, 
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x3x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 0, 0>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x3x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: project needs weights and bias, project_clamp, project_scales and depthwise_quant, all or none of them
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%p = "test.op"() : () -> tensor<2x1x1x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b, %p, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 1, 1>, project_clamp = #tinyts.clamp<-128, 127>, project_scales = dense<0.5> : tensor<2xf32>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>, tensor<2x1x1x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: weights are 3x3, the window is 1x1
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%p = "test.op"() : () -> tensor<2x3x3x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b, %p, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 1, 1>, project_clamp = #tinyts.clamp<-128, 127>, project_scales = dense<0.5> : tensor<2xf32>, depthwise_quant = #q, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>, tensor<2x3x3x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)

// -----

// CHECK: zero point 200 is not an int8
#q = #tinyts.quant<0.5 : f32, 0>
%w = "test.op"() : () -> tensor<2x1x1x2xi8>
%b = "test.op"() : () -> tensor<2xi32>
%v = "test.op"() : () -> tensor<1x3x3x2xi8>
%p = "test.op"() : () -> tensor<2x1x1x2xi8>
%x = "test.op"() : () -> tensor<1x2x6x2xi8, #q>
%m = "test.op"() : () -> tensor<1x1x6x2xi8, #q>
%y:3 = "tinyts.fused_rows"(%m, %m, %x, %w, %b, %v, %b, %p, %b) <{operandSegmentSizes = array<i32: 2, 1, 1, 1, 1, 1, 1, 1>, project_clamp = #tinyts.clamp<-128, 127>, project_scales = dense<0.5> : tensor<2xf32>, depthwise_quant = #tinyts.quant<0.5 : f32, 200>, producer = "conv_2d", producer_window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, producer_clamp = #tinyts.clamp<-128, 127>, producer_scales = dense<0.5> : tensor<2xf32>, input_type = tensor<1x5x6x2xi8, #q>, middle_quant = #q, middle_rows = #tinyts.pair<[2, 4]>, window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, group = 1 : i64, keep = 2 : i64, rect = #tinyts.rect<[1, 3], [0, 6]>}> : (tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x2x6x2xi8, #q>, tensor<2x1x1x2xi8>, tensor<2xi32>, tensor<1x3x3x2xi8>, tensor<2xi32>, tensor<2x1x1x2xi8>, tensor<2xi32>) -> (tensor<1x2x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>, tensor<1x1x6x2xi8, #q>)
