// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena -t 'tinyts-c{file=header}' | filecheck %s --check-prefix=HEADER
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena -t tinyts-c | filecheck %s --check-prefix=ARENA
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf='input=arena output=arena' --plan-arena -t 'tinyts-c{file=header}' | filecheck %s --check-prefix=BOTH

// Several inputs and outputs: structures of pointers, whose members have the names of
// the tensors as far as C allows.

// HEADER: #ifndef net_H
// HEADER-NEXT: #define net_H
// HEADER: #define net_ARENA_BYTES 0
// HEADER-NEXT: #define net_ARENA_ALIGN 4
// HEADER: /* input 0: serving/in:0 */
// HEADER-NEXT: #define net_INPUT_serving_in_0_SIZE 8
// HEADER-NEXT: #define net_INPUT_serving_in_0_SHAPE 1, 1, 4, 2
// HEADER-NEXT: #define net_INPUT_serving_in_0_SCALE 0.100000001f
// HEADER-NEXT: #define net_INPUT_serving_in_0_ZERO_POINT (-3)
// HEADER: /* input 1: 2nd * / */
// HEADER-NEXT: #define net_INPUT_t_2nd_SIZE 8
// HEADER: #define net_INPUT_t_2nd_ZERO_POINT (5)
// HEADER: /* output 0: int */
// HEADER-NEXT: #define net_OUTPUT_t_int_SIZE 8
// HEADER: /* output 1: int */
// HEADER-NEXT: #define net_OUTPUT_t_int_2_SIZE 8
// HEADER: typedef int8_t net_input_t;
// HEADER-NEXT: typedef int8_t net_output_t;
// HEADER-NOT: net_ARENA_EXTERN
// HEADER: struct net_inputs {
// HEADER-NEXT: const net_input_t *serving_in_0; /* net_INPUT_serving_in_0_SIZE values */
// HEADER-NEXT: const net_input_t *t_2nd;
// HEADER-NEXT: };
// HEADER: struct net_outputs {
// HEADER-NEXT: net_output_t *t_int;
// HEADER-NEXT: net_output_t *t_int_2;
// HEADER-NEXT: };
// HEADER: int net_invoke(const struct net_inputs *inputs, const struct net_outputs *outputs);
// HEADER: #endif /* net_H */

// Without an arena there is no array.
// CHECK-NOT: net_arena
// CHECK: int net_invoke(const struct net_inputs *inputs, const struct net_outputs *outputs) {
// CHECK-NEXT: int8_t *const memory[] = {
// CHECK-NEXT: 0,
// CHECK-NEXT: outputs->t_int,
// CHECK-NEXT: outputs->t_int_2,
// CHECK-NEXT: (int8_t *)(uintptr_t)inputs->serving_in_0,
// CHECK-NEXT: (int8_t *)(uintptr_t)inputs->t_2nd,
// CHECK-NEXT: };

// In the arena, a function each says where they lie.
// ARENA: net_input_t *net_input_serving_in_0(void) {
// ARENA-NEXT: return net_arena + {{[0-9]+}};
// ARENA: net_input_t *net_input_t_2nd(void) {
// ARENA: net_output_t *net_output_t_int(void) {
// ARENA: net_output_t *net_output_t_int_2(void) {
// ARENA: int net_invoke(void) {
// ARENA-NEXT: int8_t *const memory[] = {
// ARENA-NEXT: net_arena,
// ARENA-NEXT: };

// BOTH: #ifdef net_ARENA_EXTERN
// BOTH: extern int8_t net_arena[];
// BOTH-NOT: struct
// BOTH: net_input_t *net_input_serving_in_0(void);
// BOTH: net_input_t *net_input_t_2nd(void);
// BOTH: net_output_t *net_output_t_int(void);
// BOTH: net_output_t *net_output_t_int_2(void);
// BOTH: int net_invoke(void);

!x = tensor<1x1x4x2xi8, #tinyts.quant<0.1 : f32, -3>>
!y = tensor<8xi8, #tinyts.quant<0.25 : f32, 5>>
!z = tensor<1x1x4x2xi8, #tinyts.quant<0.5 : f32, 0>>

func.func @net(%x: !x {tinyts.name = "serving/in:0"}, %y: !y {tinyts.name = "2nd */"}) -> (!z {tinyts.name = "int"}, !z {tinyts.name = "int"}) {
  %v = tinyts.reshape %y : (!y) -> tensor<1x1x4x2xi8, #tinyts.quant<0.25 : f32, 5>>
  %a = tinyts.add %x, %v {clamp = #tinyts.clamp<-128, 127>} : (!x, tensor<1x1x4x2xi8, #tinyts.quant<0.25 : f32, 5>>) -> !z
  %b = tinyts.mul %x, %v {clamp = #tinyts.clamp<-128, 127>} : (!x, tensor<1x1x4x2xi8, #tinyts.quant<0.25 : f32, 5>>) -> !z
  return %a, %b : !z, !z
}
