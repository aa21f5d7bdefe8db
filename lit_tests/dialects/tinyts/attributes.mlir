// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir | diff %t.mlir -

"test.op"() {
  // A scale is a f32; it is printed so that the same f32 is read again.
  // CHECK: quant = #tinyts.quant<1.000000e-01 : f32, -128>
  quant = #tinyts.quant<0.1 : f32, -128>,
  // CHECK-SAME: third = #tinyts.quant<0.333333343 : f32, 5>
  third = #tinyts.quant<0.333333333 : f32, 5>,
  // CHECK-SAME: large = #tinyts.quant<{{.*}} : f32, 0>
  large = #tinyts.quant<12345678.0 : f32, 0>,
  // CHECK-SAME: clamp = #tinyts.clamp<-128, -128>
  clamp = #tinyts.clamp<-128, -128>,
  // CHECK-SAME: window = #tinyts.window<[3, 1], stride [2, 1], pads [1, 0, -1, 2]>
  window = #tinyts.window<[3, 1], stride [2, 1], pads [1, 0, -1, 2]>,
  // CHECK-SAME: no_dilation = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
  no_dilation = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0], dilation [1, 1]>,
  // CHECK-SAME: dilated = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0], dilation [1, 2]>
  dilated = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0], dilation [1, 2]>,
  // CHECK-SAME: rect = #tinyts.rect<[0, 1], [3, 9]>
  rect = #tinyts.rect<[0, 1], [3, 9]>,
  // CHECK-SAME: pads = #tinyts.pads<[1, 2, -3, 4]>
  pads = #tinyts.pads<[1, 2, -3, 4]>,
  // CHECK-SAME: pair = #tinyts.pair<[0, 2]>
  pair = #tinyts.pair<[0, 2]>,
  // A channel of which only is known that nothing reads it has no value.
  // CHECK-SAME: channels = #tinyts.constant_channels<{0: -128, 3: ?, 7: 127}>
  channels = #tinyts.constant_channels<{0: -128, 3: ?, 7: 127}>,
  // CHECK-SAME: no_channels = #tinyts.constant_channels<{}>
  no_channels = #tinyts.constant_channels<{}>
} : () -> ()
