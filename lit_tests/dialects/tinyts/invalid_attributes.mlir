// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: expected a scale of type f32
"test.op"() {a = #tinyts.quant<1 : i32, 0>} : () -> ()

// -----

// CHECK: expected a scale of type f32
"test.op"() {a = #tinyts.quant<1.0 : f64, 0>} : () -> ()

// -----

// CHECK: scale 0.0 is not a positive number
"test.op"() {a = #tinyts.quant<0.0 : f32, 0>} : () -> ()

// -----

// CHECK: scale -0.5 is not a positive number
"test.op"() {a = #tinyts.quant<-0.5 : f32, 0>} : () -> ()

// -----

// CHECK: scale inf is not a positive number
"test.op"() {a = #tinyts.quant<0x7F800000 : f32, 0>} : () -> ()

// -----

// CHECK: scale nan is not a positive number
"test.op"() {a = #tinyts.quant<0x7FC00000 : f32, 0>} : () -> ()

// -----

// CHECK: clamp [-129, 0] is not a range of int8
"test.op"() {a = #tinyts.clamp<-129, 0>} : () -> ()

// -----

// CHECK: clamp [0, 128] is not a range of int8
"test.op"() {a = #tinyts.clamp<0, 128>} : () -> ()

// -----

// CHECK: clamp [1, 0] is not a range of int8
"test.op"() {a = #tinyts.clamp<1, 0>} : () -> ()

// -----

// CHECK: expected 2 integers, found 3
"test.op"() {a = #tinyts.window<[3, 3, 3], stride [1, 1], pads [0, 0, 0, 0]>} : () -> ()

// -----

// CHECK: expected 4 integers, found 2
"test.op"() {a = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0]>} : () -> ()

// -----

// CHECK: kernel, stride and dilation must be at least 1
"test.op"() {a = #tinyts.window<[3, 0], stride [1, 1], pads [0, 0, 0, 0]>} : () -> ()

// -----

// CHECK: kernel, stride and dilation must be at least 1
"test.op"() {a = #tinyts.window<[3, 3], stride [0, 1], pads [0, 0, 0, 0]>} : () -> ()

// -----

// CHECK: kernel, stride and dilation must be at least 1
"test.op"() {a = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, 0, 0], dilation [1, -1]>} : () -> ()

// -----

// CHECK: rectangle (-1, 1, 0, 1) is empty or negative
"test.op"() {a = #tinyts.rect<[-1, 1], [0, 1]>} : () -> ()

// -----

// CHECK: rectangle (0, 1, -1, 1) is empty or negative
"test.op"() {a = #tinyts.rect<[0, 1], [-1, 1]>} : () -> ()

// -----

// CHECK: rectangle (1, 1, 0, 1) is empty or negative
"test.op"() {a = #tinyts.rect<[1, 1], [0, 1]>} : () -> ()

// -----

// CHECK: rectangle (0, 1, 2, 1) is empty or negative
"test.op"() {a = #tinyts.rect<[0, 1], [2, 1]>} : () -> ()

// -----

// CHECK: expected 4 integers, found 3
"test.op"() {a = #tinyts.pads<[0, 0, 0]>} : () -> ()

// -----

// CHECK: expected 2 integers, found 1
"test.op"() {a = #tinyts.pair<[1]>} : () -> ()

// -----

// CHECK: channels must ascend
"test.op"() {a = #tinyts.constant_channels<{2: 0, 1: 0}>} : () -> ()

// -----

// CHECK: channels must ascend
"test.op"() {a = #tinyts.constant_channels<{1: 0, 1: 0}>} : () -> ()

// -----

// CHECK: the value of a channel must be an int8
"test.op"() {a = #tinyts.constant_channels<{0: ?, 1: 128}>} : () -> ()

// -----

// CHECK: Expected integer literal
"test.op"() {a = #tinyts.constant_channels<{-1: 0}>} : () -> ()

// -----

// CHECK: window reaches over more than
"test.op"() {a = #tinyts.window<[3, 100000000], stride [1, 1], pads [0, 0, 0, 0]>} : () -> ()

// -----

// CHECK: window reaches over more than
"test.op"() {a = #tinyts.window<[3, 3], stride [1, 1], pads [0, 0, -100000000, 0]>} : () -> ()

// -----

// CHECK: rectangle reaches over more than
"test.op"() {a = #tinyts.rect<[0, 1], [0, 100000000]>} : () -> ()

// -----

// CHECK: padding reaches over more than
"test.op"() {a = #tinyts.pads<[0, 100000000, 0, 0]>} : () -> ()
