// RUN: tinyts-opt %s --fuse-pad | filecheck %s

// The window pads the side that the pad crops: fused, it would read the cropped row.
// CHECK: tinyts.pad
// CHECK: tinyts.depthwise_conv_2d {{.*}}pads [1, 0, 0, 0]

#q = #tinyts.quant<0.5 : f32, 0>
func.func @f(%x: tensor<1x4x4x1xi8, #q>) -> tensor<1x2x2x1xi8, #q> {
  %w = tinyts.constant dense<1> : tensor<1x3x3x1xi8>
  %b = tinyts.constant dense<0> : tensor<1xi32>
  %p = tinyts.pad %x {pads = #tinyts.pads<[-1, 0, 0, 0]>} : (tensor<1x4x4x1xi8, #q>) -> tensor<1x3x4x1xi8, #q>
  %y = tinyts.depthwise_conv_2d %p weights(%w, %b) {window = #tinyts.window<[3, 3], stride [1, 1], pads [1, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<1.0> : tensor<1xf32>} : (tensor<1x3x4x1xi8, #q>, tensor<1x3x3x1xi8>, tensor<1xi32>) -> tensor<1x2x2x1xi8, #q>
  return %y : tensor<1x2x2x1xi8, #q>
}
