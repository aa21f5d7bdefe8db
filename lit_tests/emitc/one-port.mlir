// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena' --plan-arena=16 -t tinyts-c | filecheck %s --check-prefix=INPUT
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='output=arena' --plan-arena -t tinyts-c | filecheck %s --check-prefix=OUTPUT
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='output=arena' --plan-arena=16 -t 'tinyts-c{file=header}' | filecheck %s --check-prefix=HEADER

// One input and one output, each in the arena or with the caller.

// INPUT: net_input_t *net_input(void) {
// INPUT-NEXT: return net_arena + 0;
// INPUT-NOT: net_output(void)
// INPUT: int net_invoke(net_output_t *output) {
// INPUT-NEXT: int8_t *const memory[] = {
// INPUT-NEXT: net_arena,
// INPUT-NEXT: output,
// INPUT-NEXT: (int8_t *)(uintptr_t)constant_0,
// INPUT-NEXT: };

// A constant that is an operand is a memory as well, in flash.
// OUTPUT: static const int8_t constant_0[2] = {
// OUTPUT-NEXT: 1, -2
// OUTPUT-NEXT: };
// OUTPUT: {.offset = 0, .pixel_pitch = 2, .memory = 1, .height = 1,
// OUTPUT: /* add of tensor 1: -
// OUTPUT-NOT: net_input(void)
// OUTPUT: net_output_t *net_output(void) {
// OUTPUT-NEXT: return net_arena + 0;
// OUTPUT: int net_invoke(const net_input_t *input) {
// OUTPUT-NEXT: int8_t *const memory[] = {
// OUTPUT-NEXT: net_arena,
// OUTPUT-DAG: (int8_t *)(uintptr_t)constant_0,
// OUTPUT-DAG: (int8_t *)(uintptr_t)input,
// OUTPUT: };

// HEADER: #define net_ARENA_BYTES 16
// HEADER-NEXT: #define net_ARENA_ALIGN 16
// HEADER: #define net_INPUT_SIZE 8
// HEADER-NEXT: #define net_INPUT_SHAPE 1, 1, 4, 2
// HEADER-NEXT: #define net_INPUT_SCALE 0.5f
// HEADER-NEXT: #define net_INPUT_ZERO_POINT (-3)
// HEADER: #define net_OUTPUT_SIZE 8
// HEADER: net_output_t *net_output(void);
// HEADER: int net_invoke(const net_input_t *input);

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x1x4x2xi8, #q>

func.func @net(%x: !x) -> !x {
  %c = tinyts.constant dense<[1, -2]> : tensor<2xi8, #q>
  %y = tinyts.add %x, %c {clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!x, tensor<2xi8, #q>) -> !x
  return %y : !x
}
