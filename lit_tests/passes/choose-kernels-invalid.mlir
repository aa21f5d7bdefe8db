// RUN: not tinyts-opt %s --choose-kernels 2>&1 | filecheck %s --check-prefix=UNPLACED
// RUN: not tinyts-opt %s --plan-arena --choose-kernels='target=x' 2>&1 | filecheck %s --check-prefix=TARGET
// RUN: not tinyts-opt %s --plan-arena --choose-kernels='kernels="x"' 2>&1 | filecheck %s --check-prefix=KERNELS
// RUN: not tinyts-opt %s --plan-arena --choose-kernels='flash=30' 2>&1 | filecheck %s --check-prefix=FLASH

// UNPLACED: error: {{.*}}choose-kernels-invalid.mlir: choose-kernels: run plan-arena first
// UNPLACED-NOT: {{.+}}
// TARGET: error: {{.*}}: choose-kernels: target 'x' is not one of portable, host, cortex-m7
// TARGET-NOT: {{.+}}
// KERNELS: error: {{.*}}: choose-kernels: kernels 'x' are not one of tinyts, cmsis-nn
// KERNELS-NOT: {{.+}}
// FLASH: error: {{.*}}: choose-kernels: the constants need 40 bytes of flash at least, 30 are left for them
// FLASH-NOT: {{.+}}

tsbuf.arena @sram
func.func @net() {
  %w = tsbuf.constant dense<1> : tensor<10xi32>
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x8xi8>
  %x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "softmax" outs(output = %x [0, 1] : !tsbuf.table<1x1x8xi8>) constants(table = %w : tensor<10xi32>) layer 1 params {}
  return
}
