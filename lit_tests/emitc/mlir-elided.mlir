// RUN: tinyts-opt %s -t mlir-elided | filecheck %s
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf -t mlir-elided | filecheck %s --check-prefix=TSBUF

// Constants of more than 32 bytes are left out of the text, shorter ones are not.
// CHECK: %w = tinyts.constant dense<...> : tensor<8x5xi8>
// CHECK-NEXT: %b = tinyts.constant dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
// CHECK-NEXT: tinyts.fully_connected {{.*}} weight_scales = dense<5.000000e-01> : tensor<1xf32>
// TSBUF: tsbuf.constant dense<...> : tensor<8x5xi8>
// TSBUF-NEXT: tsbuf.constant dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
// TSBUF: tsbuf.kernel "fully_connected"

#q = #tinyts.quant<0.5 : f32, -3>

func.func @net(%x: tensor<1x5xi8, #q>) -> tensor<1x8xi8, #q> {
  %w = tinyts.constant dense<"0x0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728"> : tensor<8x5xi8>
  %b = tinyts.constant dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
  %y = tinyts.fully_connected %x weights(%w, %b) {clamp = #tinyts.clamp<-128, 127>, weight_scales = dense<0.5> : tensor<1xf32>} : (tensor<1x5xi8, #q>, tensor<8x5xi8>, tensor<8xi32>) -> tensor<1x8xi8, #q>
  return %y : tensor<1x8xi8, #q>
}
