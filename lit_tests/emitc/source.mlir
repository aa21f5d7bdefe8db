// RUN: tinyts-opt %s -t tinyts-c | filecheck %s
// RUN: tinyts-opt %s -t 'tinyts-c{file=source}' -o %t.c
// RUN: tinyts-opt %s -t tinyts-c | diff %t.c -

// Everything of a C source but the ports: hand-placed, without names of tensors.

// CHECK: #include "net.h"
// CHECK: #include "tinyts.h"
// CHECK-NEXT: #include "tinyts_conv_2d.h"
// CHECK-NEXT: #include "tinyts_max_pool_2d.h"
// CHECK-NOT: #include
// CHECK: #ifndef TINYTS_STEP
// CHECK-NEXT: #define TINYTS_STEP(layer) ((void)0)
// CHECK-NEXT: #endif
// CHECK: #ifndef net_ARENA_EXTERN
// CHECK-NEXT: #ifdef TINYTS_ARENA_SECTION
// CHECK-NEXT: __attribute__((section(TINYTS_ARENA_SECTION)))
// CHECK-NEXT: #endif
// CHECK-NEXT: __attribute__((aligned(net_ARENA_ALIGN)))
// CHECK-NEXT: static int8_t net_arena[net_ARENA_BYTES];
// CHECK-NEXT: #endif

// Constants are flat; the smallest int32 is no literal of C. What two kernels read is
// there once.
// CHECK: static const int8_t weights_0[4] = {
// CHECK-NEXT: 1, -2, 3, -128
// CHECK-NEXT: };
// CHECK-NEXT: static const int32_t bias_0[2] = {
// CHECK-NEXT: (-2147483647 - 1), 2147483647
// CHECK-NEXT: };
// CHECK-NOT: static const int

// The rows of a tensor are a table of offsets from its lowest one, 16 bits where that
// is enough; a row that does not exist counts 0.
// CHECK: static const uint16_t rows_of_tensor_0[] = {
// CHECK-NEXT: 8, 0, 0, 16
// CHECK-NEXT: };
// CHECK-NEXT: tensor_0 = {.offset = 64, .pixel_pitch = 2, .memory = 0, .height = 4,
// CHECK: .rows = rows_of_tensor_0, .layout = TINYTS_ROWS_TABLE16};
// Evenly spaced rows need no table; those of the caller are in a memory of their own.
// CHECK-NEXT: tensor_1 = {.offset = 0, .pixel_pitch = 2, .memory = 1,
// CHECK: .row_pitch = 8, .layout = TINYTS_ROWS_PITCH};
// CHECK-NEXT: static const uint32_t rows_of_tensor_2[] = {
// CHECK-NEXT: 65536, 0
// CHECK-NEXT: };
// CHECK-NEXT: tensor_2 = {.offset = 0,
// CHECK: .rows = rows_of_tensor_2, .layout = TINYTS_ROWS_TABLE32};
// CHECK: tensor_3 = {.offset = 0, {{.*}} .memory = 2,

// One structure for all calls that differ in rows alone.
// CHECK: /* conv_2d of tensor 7: - */
// CHECK-NEXT: static const tinyts_conv_2d_layer layer_0 = {.output = &tensor_0, .input = &tensor_1,
// CHECK: .params = {.padding = {.h = -2}}
// CHECK-SAME: .weights = weights_0, .bias = bias_0,
// CHECK-NEXT: .quant = {.shift = bias_0}
// CHECK: /* max_pool_2d of tensor 8: - */
// CHECK-NEXT: layer_1 = {.output = &tensor_2, .input = &tensor_0}
// CHECK: /* max_pool_2d of tensor 9: - */
// CHECK-NEXT: layer_2 = {.output = &tensor_3, .input = &tensor_2}

// CHECK: int net_invoke(const net_input_t *input, net_output_t *output) {
// CHECK-NEXT: int8_t *const memory[] = {
// CHECK-NEXT: net_arena,
// CHECK-NEXT: (int8_t *)(uintptr_t)input,
// CHECK-NEXT: output,
// CHECK-NEXT: };
// CHECK-NEXT: TINYTS_STEP(7);
// CHECK-NEXT: tinyts_conv_2d(&layer_0, memory, 0, 2);
// CHECK-NEXT: TINYTS_STEP(7);
// CHECK-NEXT: tinyts_conv_2d(&layer_0, memory, 3, 4);
// CHECK-NEXT: TINYTS_STEP(8);
// CHECK-NEXT: tinyts_max_pool_2d(&layer_1, memory, 0, 2);
// CHECK-NEXT: TINYTS_STEP(9);
// CHECK-NEXT: tinyts_max_pool_2d(&layer_2, memory, 0, 1);
// CHECK-NEXT: return 0;
// CHECK-NEXT: }

#q = #tinyts.quant<0.5 : f32, -3>
!row = !tsbuf.buffer<1x4x2xi8>
!x = !tsbuf.table<4x4x2xi8>
!two = !tsbuf.table<2x4x2xi8>
!one = !tsbuf.table<1x4x2xi8>

tsbuf.arena @sram {bytes = 70000, alignment = 4}
func.func @net() {
  %in = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [4, 4, 2] #q>} : !tsbuf.buffer<4x4x2xi8>
  %x = tsbuf.rows %in {starts = [0]} : (!tsbuf.buffer<4x4x2xi8>) -> !x
  %out = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 9 [1, 4, 2] #q>} : !row
  %z = tsbuf.rows %out {starts = [0]} : (!row) -> !one
  %0 = tsbuf.buffer {offset = 72} : !row
  %1 = tsbuf.buffer {offset = 64} : !row
  %3 = tsbuf.buffer {offset = 80} : !row
  %a = tsbuf.rows %0, %1, %3 {starts = [0, 1, 3]} : (!row, !row, !row) -> !x
  %4 = tsbuf.buffer {offset = 0} : !row
  %5 = tsbuf.buffer {offset = 65536} : !row
  %b = tsbuf.rows %5, %4 {starts = [0, 1]} : (!row, !row) -> !two
  %w = tsbuf.constant dense<[1, -2, 3, -128]> : tensor<4xi8>
  %s = tsbuf.constant dense<[-2147483648, 2147483647]> : tensor<2xi32>
  tsbuf.kernel "conv_2d" outs(output = %a [0, 2] : !x) ins(input = %x [0, 4] : !x) constants(weights = %w : tensor<4xi8>, bias = %s : tensor<2xi32>, quant.shift = %s : tensor<2xi32>) layer 7 params {kernel = {h = 1 : i32}, params = {padding = {h = -2 : i32}}}
  tsbuf.kernel "conv_2d" outs(output = %a [3, 4] : !x) ins(input = %x [2, 4] : !x) constants(weights = %w : tensor<4xi8>, bias = %s : tensor<2xi32>, quant.shift = %s : tensor<2xi32>) layer 7 params {kernel = {h = 1 : i32}, params = {padding = {h = -2 : i32}}}
  tsbuf.kernel "max_pool_2d" outs(output = %b [0, 2] : !two) ins(input = %a [0, 2] : !x) layer 8 params {}
  tsbuf.kernel "max_pool_2d" outs(output = %z [0, 1] : !one) ins(input = %b [0, 2] : !two) layer 9 params {}
  return
}
