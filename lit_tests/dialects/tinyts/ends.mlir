// RUN: tinyts-opt %s -o %t.mlir
// RUN: filecheck %s --input-file %t.mlir
// RUN: tinyts-opt %t.mlir --print-op-generic | tinyts-opt | diff %t.mlir -
// RUN: tinyts-opt %s --split-height --fold-slices --convert-tinyts-to-tsbuf --plan-arena | filecheck %s --check-prefix=TSBUF

// Inputs and outputs that are not int8: floats take four channels a value, int16 two.

!floats = tensor<1x2x4x3xf32>
!bytes = tensor<1x2x4x3xi8, #tinyts.quant<0.5 : f32, -3>>
!unsigned = tensor<1x2x4x3xui8, #tinyts.quant<0.5 : f32, 125>>
!words = tensor<1x2x4x3xi16, #tinyts.quant<0.01 : f32, 0>>

// CHECK-LABEL: func.func @ends
// TSBUF: tsbuf.external {port = #tsbuf.port<output 0 "output_0" layer -1 [1, 2, 4, 3] ui8 #tinyts.quant<5.000000e-01 : f32, 125>>} : !tsbuf.buffer<2x4x3xi8>
// TSBUF: tsbuf.external {port = #tsbuf.port<output 2 "output_2" layer -1 [1, 2, 4, 3] f32>} : !tsbuf.buffer<2x4x12xi8>
// TSBUF: tsbuf.external {port = #tsbuf.port<input 0 "input_0" layer -1 [1, 2, 4, 3] f32>} : !tsbuf.buffer<2x4x12xi8>
// TSBUF: tsbuf.kernel "quantize_float"
// TSBUF-SAME: params {scale = 1056964608 : i32, output_type = 0 : i32, output_offset = -3 : i32
// TSBUF: tsbuf.kernel "flip_sign"
// TSBUF: tsbuf.kernel "quantize"
// TSBUF-SAME: params {input_type = 0 : i32, input_offset = 3 : i32
// TSBUF: tsbuf.kernel "dequantize"
// TSBUF-SAME: params {input_type = 0 : i32, input_offset = 3 : i32, scale = 1056964608 : i32}
func.func @ends(%x: !floats) -> (!unsigned, !words, !floats) {
  // CHECK: %q = tinyts.quantize %x : (tensor<1x2x4x3xf32>) -> tensor<1x2x4x3xi8, #tinyts.quant<5.000000e-01 : f32, -3>>
  %q = tinyts.quantize %x : (!floats) -> !bytes
  %u = tinyts.quantize %q : (!bytes) -> !unsigned
  %w = tinyts.quantize %q : (!bytes) -> !words
  // CHECK: tinyts.dequantize %q : (tensor<1x2x4x3xi8, #tinyts.quant<5.000000e-01 : f32, -3>>) -> tensor<1x2x4x3xf32>
  %f = tinyts.dequantize %q : (!bytes) -> !floats
  return %u, %w, %f : !unsigned, !words, !floats
}
