// RUN: tinyts-opt %s --split-input-file --fuse-rows --verify-diagnostics | filecheck %s
// RUN: not tinyts-opt %s --split-input-file --fuse-rows=0 2>&1 | filecheck %s --check-prefix=GROUP

// GROUP: error: {{.*}}: fuse-rows: group is 0; it must be at least 1
// GROUP-NOT: {{.+}}

// CHECK: tinyts.depthwise_conv_2d of layer 7 cannot be fused: fuse = 'row' is not one of rows, pixels
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "row"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: tinyts.max_pool_2d of layer 7 cannot be fused: it is no convolution
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 7, fuse = "rows"} : (!x) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: tinyts.max_pool_2d of layer 7 cannot be fused: it is no depthwise convolution
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 7, fuse = "pixels"} : (!x) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: tinyts.depthwise_conv_2d of layer 7 cannot be fused: its result has 2 readers, not one
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %c = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: cannot be fused: its result has 0 readers, not one
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: cannot be fused: its reader is func.return, no depthwise convolution
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %a : !x
}

// -----

// CHECK: cannot be fused: its reader is tinyts.depthwise_conv_2d, no convolution of 1x1 pixels
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "pixels"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: cannot be fused: its reader has an attribute 'fuse' too; one op belongs to one pair
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %c = tinyts.depthwise_conv_2d %b weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %c : !x
}

// -----

// CHECK: cannot be fused: it or its reader is cut already; fuse before the split
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, rect = #tinyts.rect<[0, 4], [0, 4]>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: attribute 'group' of tinyts.depthwise_conv_2d of layer 7 is no integer of at least 1
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows", group = 0} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: attribute 'keep' of tinyts.depthwise_conv_2d of layer 7 is no integer of at least 0
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.depthwise_conv_2d %x weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "rows", keep = "all"} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %b : !x
}

// -----

// CHECK: tinyts.conv_2d of layer 7 cannot be fused: its reader is tinyts.depthwise_conv_2d, no convolution of 1x1 pixels
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %u: tensor<2x1x1x2xi8>, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.conv_2d %x weights(%u, %v) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "block"} : (!x, tensor<2x1x1x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %c = tinyts.depthwise_conv_2d %b weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  return %c : !x
}

// -----

// CHECK: tinyts.conv_2d of layer 7 cannot be fused: its reader has an attribute 'fuse' too; one op belongs to one pair
#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x, %u: tensor<2x1x1x2xi8>, %w: tensor<1x3x3x2xi8>, %v: tensor<2xi32>) -> !x {
  %a = tinyts.conv_2d %x weights(%u, %v) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, layer = 7, fuse = "block"} : (!x, tensor<2x1x1x2xi8>, tensor<2xi32>) -> !x
  %b = tinyts.depthwise_conv_2d %a weights(%w, %v) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 1, 1, 1]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>} : (!x, tensor<1x3x3x2xi8>, tensor<2xi32>) -> !x
  %c = tinyts.conv_2d %b weights(%u, %v) {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<2xf32>, fuse = "rows"} : (!x, tensor<2x1x1x2xi8>, tensor<2xi32>) -> !x
  return %c : !x
}
