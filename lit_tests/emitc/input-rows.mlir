// RUN: tinyts-opt %s --split-input-file --split-height --schedule --convert-tinyts-to-tsbuf='input=rows' --plan-arena -t tinyts-c | filecheck %s
// RUN: tinyts-opt %s --split-input-file --split-height --schedule --convert-tinyts-to-tsbuf='input=rows' --plan-arena -t 'tinyts-c{file=header}' | filecheck %s --check-prefix=HEADER

// An input by rows: N_invoke takes a callback; its error ends the run. Reading rows rolls
// into loops as kernels do, and has no structure of a layer.

// HEADER: #define one_INPUT_SIZE 32
// HEADER: #define one_INPUT_ROWS 4
// HEADER-NEXT: #define one_INPUT_ROW_LENGTH 8
// HEADER-NOT: one_OUTPUT_ROWS
// HEADER: typedef int (*one_read_rows)(void *context, int32_t first_row, int32_t rows,
// HEADER-NEXT: one_input_t *destination);
// HEADER-NOT: struct
// HEADER: /* Runs the model once. Returns 0, or the error of reading rows. */
// HEADER-NEXT: int one_invoke(one_read_rows read, void *context, one_output_t *output);

// CHECK: #include "tinyts_read_rows.h"
// CHECK-NOT: tinyts_read_rows_layer
// CHECK: int one_invoke(one_read_rows read, void *context, one_output_t *output) {
// CHECK-NEXT: int8_t *const memory[] = {
// CHECK-NEXT: one_arena,
// CHECK-NEXT: output,
// CHECK-NEXT: };
// CHECK-NEXT: int status;
// CHECK-NEXT: for (int32_t i0 = 0; i0 < 4; i0++) {
// CHECK-NEXT: TINYTS_STEP(9);
// CHECK-NEXT: status = tinyts_read_rows(&tensor_0, memory, i0, i0 + 1,
// CHECK-NEXT: read, context);
// CHECK-NEXT: if (status != 0) {
// CHECK-NEXT: return status;
// CHECK-NEXT: }
// CHECK-NEXT: TINYTS_STEP(0);
// CHECK-NEXT: tinyts_max_pool_2d(&layer_1, memory, i0, i0 + 1);
// CHECK-NEXT: }
// CHECK-NEXT: return 0;

!x = tensor<1x4x4x2xi8, #tinyts.quant<0.1 : f32, -3>>

func.func @one(%x: !x {tinyts.layer = 9}) -> !x {
  %p = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 0} : (!x) -> !x
  return %p : !x
}

// -----

// Several inputs have a reader each.

// HEADER: struct two_reader {
// HEADER-NEXT: two_read_rows read;
// HEADER-NEXT: void *context; /* handed to `read` */
// HEADER-NEXT: };
// HEADER: struct two_inputs {
// HEADER-NEXT: struct two_reader a; /* two_INPUT_a_ROWS rows */
// HEADER-NEXT: struct two_reader b; /* two_INPUT_b_ROWS rows */
// HEADER-NEXT: };
// HEADER: int two_invoke(const struct two_inputs *inputs, two_output_t *output);

// CHECK: int two_invoke(const struct two_inputs *inputs, two_output_t *output) {
// CHECK: status = tinyts_read_rows(&tensor_0, memory, i0, i0 + 1,
// CHECK-NEXT: inputs->a.read, inputs->a.context);
// CHECK: status = tinyts_read_rows(&tensor_1, memory, i0, i0 + 1,
// CHECK-NEXT: inputs->b.read, inputs->b.context);

!x = tensor<1x4x4x2xi8, #tinyts.quant<0.1 : f32, -3>>

func.func @two(%x: !x {tinyts.name = "a"}, %y: !x {tinyts.name = "b"}) -> !x {
  %z = tinyts.add %x, %y {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  return %z : !x
}

// -----

// What depends on no input asks for no row.

// CHECK: int none_invoke(none_read_rows read, void *context, none_output_t *output) {
// CHECK: (void)read; /* the result depends on no input */
// CHECK-NEXT: (void)context;

!x = tensor<1x4x4x2xi8, #tinyts.quant<0.1 : f32, -3>>

func.func @none(%x: !x) -> !x {
  %k = tinyts.constant dense<7> : !x
  return %k : !x
}
