// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic -o %t.generic.mlir
// RUN: filecheck %s --input-file %t.generic.mlir --check-prefix=GENERIC
// RUN: tinyts-opt %t.generic.mlir | diff %t.mlir -

// Every operation that computes, in its custom form; it survives both forms.

#q = #tinyts.quant<0.5 : f32, -3>
#half = #tinyts.quant<0.25 : f32, 0>
!image = tensor<1x4x6x2xi8, #q>

// CHECK-LABEL: func.func @images
func.func @images(%x: !image) {
  %w = tinyts.constant dense<1> : tensor<4x3x3x2xi8>
  %v = tinyts.constant dense<2> : tensor<1x1x1x4xi8>
  %b = tinyts.constant dense<[1, 2, 3, -4]> : tensor<4xi32>

  // CHECK: %conv = tinyts.conv_2d %x weights(%w, %b) {note = "kept",
  // CHECK-SAME: window = #tinyts.window<[3, 3], stride [2, 1], pads [0, 1, 1, 1]>
  // CHECK-SAME: clamp = #tinyts.clamp<-3, 127>
  // CHECK-SAME: weight_scales = dense<[1.000000e-01, 2.000000e-01, 0.000000e+00, 5.000000e-01]> : tensor<4xf32>
  // CHECK-SAME: layer = 7 : i64
  // CHECK-SAME: rect = #tinyts.rect<[2, 4], [0, 6]>
  // CHECK-SAME: constant_channels = #tinyts.constant_channels<{1: -3, 4: ?}>
  // CHECK-SAME: (tensor<1x4x6x2xi8, #tinyts.quant<5.000000e-01 : f32, -3>>, tensor<4x3x3x2xi8>, tensor<4xi32>)
  // CHECK-SAME: -> tensor<1x2x6x4xi8, #tinyts.quant<2.500000e-01 : f32, 0>>
  // GENERIC: "tinyts.conv_2d"(%x, %w, %b) <{window = #tinyts.window<
  // GENERIC-SAME: {note = "kept"}
  %conv = tinyts.conv_2d %x weights(%w, %b) {window = #tinyts.window<[3, 3], stride [2, 1], pads [0, 1, 1, 1]>, clamp = #tinyts.clamp<-3, 127>, weight_scales = dense<[0.1, 0.2, 0.0, 0.5]> : tensor<4xf32>, layer = 7, rect = #tinyts.rect<[2, 4], [0, 6]>, constant_channels = #tinyts.constant_channels<{1: -3, 4: ?}>, note = "kept"} : (!image, tensor<4x3x3x2xi8>, tensor<4xi32>) -> tensor<1x2x6x4xi8, #half>

  // CHECK: %dw = tinyts.depthwise_conv_2d %x weights(%v, %b) {
  // CHECK-SAME: dilation [2, 3]>
  // CHECK-SAME: -> tensor<1x4x6x4xi8,
  // GENERIC: "tinyts.depthwise_conv_2d"(%x, %v, %b) <{window = #tinyts.window<
  %dw = tinyts.depthwise_conv_2d %x weights(%v, %b) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0], dilation [2, 3]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.1> : tensor<4xf32>} : (!image, tensor<1x1x1x4xi8>, tensor<4xi32>) -> tensor<1x4x6x4xi8, #q>

  // CHECK: %average = tinyts.average_pool_2d %x {
  // CHECK-SAME: window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0]>
  // CHECK-SAME: -> tensor<1x2x3x2xi8,
  // GENERIC: "tinyts.average_pool_2d"(%x) <{window = #tinyts.window<
  %average = tinyts.average_pool_2d %x {window = #tinyts.window<[2, 2], stride [2, 2], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!image) -> tensor<1x2x3x2xi8, #q>

  // CHECK: %max = tinyts.max_pool_2d %x {
  // CHECK-SAME: -> tensor<1x3x5x2xi8,
  // GENERIC: "tinyts.max_pool_2d"(%x) <{window = #tinyts.window<
  %max = tinyts.max_pool_2d %x {window = #tinyts.window<[2, 2], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!image) -> tensor<1x3x5x2xi8, #q>

  // Negative pads crop.
  // CHECK: %pad = tinyts.pad %x {
  // CHECK-SAME: pads = #tinyts.pads<[1, -2, 0, 3]>
  // CHECK-SAME: channel_pads = #tinyts.pair<[1, 2]>
  // CHECK-SAME: -> tensor<1x3x9x5xi8,
  // GENERIC: "tinyts.pad"(%x) <{pads = #tinyts.pads<
  %pad = tinyts.pad %x {pads = #tinyts.pads<[1, -2, 0, 3]>, channel_pads = #tinyts.pair<[1, 2]>} : (!image) -> tensor<1x3x9x5xi8, #q>
  return
}

// CHECK-LABEL: func.func @any_rank
func.func @any_rank(%x: !image, %y: tensor<3x8xi8, #q>) {
  %w = tinyts.constant dense<1> : tensor<5x8xi8>
  %b = tinyts.constant dense<0> : tensor<5xi32>
  %row = tinyts.constant dense<[5, -5]> : tensor<2xi8, #half>

  // CHECK: %add = tinyts.add %x, %row {clamp = #tinyts.clamp<0, 12>}
  // CHECK-SAME: tensor<2xi8, #tinyts.quant<2.500000e-01 : f32, 0>>) -> tensor<1x4x6x2xi8,
  // GENERIC: "tinyts.add"(%x, %row) <{clamp = #tinyts.clamp<0, 12>}>
  %add = tinyts.add %x, %row {clamp = #tinyts.clamp<0, 12>} : (!image, tensor<2xi8, #half>) -> !image

  // CHECK: %mul = tinyts.mul %row, %x {clamp = #tinyts.clamp<-128, 127>}
  // CHECK-SAME: -> tensor<1x4x6x2xi8,
  // GENERIC: "tinyts.mul"(%row, %x) <{clamp = #tinyts.clamp<-128, 127>}>
  %mul = tinyts.mul %row, %x {clamp = #tinyts.clamp<-128, 127>} : (tensor<2xi8, #half>, !image) -> !image

  // CHECK: %dense = tinyts.fully_connected %y weights(%w, %b) {
  // CHECK-SAME: weight_scales = dense<5.000000e-01> : tensor<1xf32>
  // CHECK-SAME: -> tensor<3x5xi8,
  // GENERIC: "tinyts.fully_connected"(%y, %w, %b) <{clamp = #tinyts.clamp<
  %dense = tinyts.fully_connected %y weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<3x8xi8, #q>, tensor<5x8xi8>, tensor<5xi32>) -> tensor<3x5xi8, #q>
  // CHECK: tinyts.fully_connected
  // CHECK-SAME: weight_scales = dense<5.000000e-01> : tensor<5xf32>
  %per_channel = tinyts.fully_connected %y weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<5xf32>} : (tensor<3x8xi8, #q>, tensor<5x8xi8>, tensor<5xi32>) -> tensor<3x5xi8, #q>

  // CHECK: %shaped = tinyts.reshape %x {layer = 2 : i64} : (
  // CHECK-SAME: -> tensor<6x8xi8, #tinyts.quant<2.500000e-01 : f32, 0>>
  // GENERIC: "tinyts.reshape"(%x) <{layer = 2 : i64}>
  %shaped = tinyts.reshape %x {layer = 2} : (!image) -> tensor<6x8xi8, #half>

  // CHECK: %probabilities = tinyts.softmax %y {beta = 1.000000e+00 : f32}
  // CHECK-SAME: -> tensor<3x8xi8, #tinyts.quant<3.906250e-03 : f32, -128>>
  // GENERIC: "tinyts.softmax"(%y) <{beta = 1.000000e+00 : f32}>
  %probabilities = tinyts.softmax %y {beta = 1.0 : f32} : (tensor<3x8xi8, #q>) -> tensor<3x8xi8, #tinyts.quant<0.00390625 : f32, -128>>

  // CHECK: %wide = tinyts.softmax_int16 %y {beta = 1.000000e+00 : f32}
  // GENERIC: "tinyts.softmax_int16"(%y) <{beta = 1.000000e+00 : f32}>
  %wide = tinyts.softmax_int16 %y {beta = 1.0 : f32} : (tensor<3x8xi8, #q>) -> tensor<3x8xi16, #tinyts.quant<1.52587890625e-05 : f32, -32768>>

  // CHECK: %mean = tinyts.mean %x {axes = [1 : i64, 2 : i64]}
  // CHECK-SAME: -> tensor<1x1x1x2xi8,
  // GENERIC: "tinyts.mean"(%x) <{axes = [1 : i64, 2 : i64]}>
  %mean = tinyts.mean %x {axes = [1, 2]} : (!image) -> tensor<1x1x1x2xi8, #half>

  // CHECK: %joined = tinyts.concatenation %x, %add, %x {axis = 3 : i64}
  // CHECK-SAME: -> tensor<1x4x6x6xi8,
  // GENERIC: "tinyts.concatenation"(%x, %add, %x) <{axis = 3 : i64}>
  %joined = tinyts.concatenation %x, %add, %x {axis = 3} : (!image, !image, !image) -> tensor<1x4x6x6xi8, #q>

  // CHECK: %next = tinyts.assign %x : (
  // CHECK-SAME: -> tensor<1x4x6x2xi8,
  // GENERIC: "tinyts.assign"(%x) : (
  %next = tinyts.assign %x : (!image) -> !image

  // CHECK: %svdf, %features = tinyts.svdf %features_in state(%history) weights(%wf, %wt, %bias1) {rank = 2 : i64,
  // CHECK-SAME: -> (tensor<1x1xi8, {{.*}}>, tensor<1x6xi16>)
  // GENERIC: "tinyts.svdf"(%features_in, %history, %wf, %wt, %bias1) <{rank = 2 : i64
  %features_in, %history, %wf, %wt, %bias1 = "test.op"() : () -> (tensor<1x4xi8, #q>, tensor<1x6xi16>, tensor<2x4xi8>, tensor<2x3xi16>, tensor<1xi32>)
  %svdf, %features = tinyts.svdf %features_in state(%history) weights(%wf, %wt, %bias1) {rank = 2, feature_scale = 0.01 : f32, time_scale = 0.01 : f32, state_scale = 0.001 : f32} : (tensor<1x4xi8, #q>, tensor<1x6xi16>, tensor<2x4xi8>, tensor<2x3xi16>, tensor<1xi32>) -> (tensor<1x1xi8, #q>, tensor<1x6xi16>)

  // CHECK: %steps, %hidden, %cell = tinyts.sequence_lstm %series state(%last, %memory) weights(%wi, %wr, %four) {
  // CHECK-SAME: cell_clip = -1 : i64
  // GENERIC: "tinyts.sequence_lstm"(%series, %last, %memory, %wi, %wr, %four) <{
  %series, %last, %memory, %wi, %wr, %four = "test.op"() : () -> (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>)
  %steps, %hidden, %cell = tinyts.sequence_lstm %series state(%last, %memory) weights(%wi, %wr, %four) {input_scales = dense<0.01> : tensor<4xf32>, recurrent_scales = dense<0.01> : tensor<4xf32>, cell_scale = 0.00048828125 : f32, cell_clip = -1} : (tensor<1x5x3xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>, tensor<4x3xi8>, tensor<4x1xi8>, tensor<4xi32>) -> (tensor<1x5x1xi8, #q>, tensor<1x1xi8, #q>, tensor<1x1xi16>)
  return
}
