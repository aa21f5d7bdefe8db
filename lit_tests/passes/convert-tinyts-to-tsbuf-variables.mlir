// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena --verify-arena | filecheck %s
// RUN: tinyts-opt %s --split-height=1 --fold-slices --schedule=df --convert-tinyts-to-tsbuf --plan-arena --verify-arena | filecheck %s --check-prefix=SPLIT
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s --check-prefix=C
// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena -t 'tinyts-c{file=header}' | filecheck %s --check-prefix=HEADER

// A variable has a memory of its own, one buffer for its value before the run and one
// for the next; it may be the rows in the middle of a tensor.

!x = tensor<1x1x2x3xi8, #tinyts.quant<0.5 : f32, -3>>
!s = tensor<1x2x2x3xi8, #tinyts.quant<0.5 : f32, -3>>
!c = tensor<1x3x2x3xi8, #tinyts.quant<0.5 : f32, -3>>

// CHECK: tsbuf.arena @sram {bytes = 20 : i64
// CHECK: %[[KEPT:.*]] = tsbuf.persistent {variable = 0 : i64, label = "kept", initial = dense<[{{.*}}]> : tensor<1x1x2x3xi8>, zero = -3 : i64} : !tsbuf.buffer<1x2x3xi8>
// CHECK: %[[OLD:.*]] = tsbuf.persistent {variable = 1 : i64, label = "ring", zero = -3 : i64} : !tsbuf.buffer<2x2x3xi8>
// CHECK: %[[BEFORE:.*]] = tsbuf.rows %[[OLD]] {starts = [0 : i64]}
// CHECK: %[[NEW:.*]] = tsbuf.persistent {variable = 1 : i64, label = "ring", next, zero = -3 : i64} : !tsbuf.buffer<2x2x3xi8>
// CHECK: %[[NEXT:.*]] = tsbuf.rows %[[NEW]] {starts = [0 : i64]}
// CHECK: tsbuf.kernel "concatenation" outs(output = %[[JOINED:.*]] [0, 3]
// CHECK-SAME: ins(inputs = %[[BEFORE]] [0, 2] : {{.*}}, inputs = %{{.*}} [0, 1]
// CHECK: tsbuf.kernel "assign" outs(output = %[[NEXT]] [0, 2]
// CHECK-SAME: ins(input = %[[JOINED]] [1, 3] : {{.*}} params {first_row = 1 : i32}
// CHECK: tsbuf.kernel "mul"

// The assignment waits for the last reader of the old value.
// SPLIT: tsbuf.kernel "concatenation" {{.*}} ins(inputs = %[[OLD:[0-9]+]] [1, 2]
// SPLIT: tsbuf.kernel "concatenation" {{.*}} ins(inputs = %{{[0-9]+}} [0, 1]
// SPLIT: tsbuf.kernel "concatenation" {{.*}} ins(inputs = %[[OLD]] [0, 1]
// SPLIT: tsbuf.kernel "assign"

// C: static int8_t net_persistent[net_PERSISTENT_BYTES];
// C: static const int8_t initial_0[6] = {
// C-NEXT: 1, 2, 3, 4, 5, 6
// C: void net_reset(void) {
// C-NEXT: memcpy(net_persistent + 0, initial_0, 6); /* kept */
// C-NEXT: memset(net_persistent + 8, -3, 12); /* ring */
// C-NEXT: }
// C: int net_invoke(const net_input_t *input, net_output_t *output) {
// C-NEXT: int8_t *const memory[] = {
// C-NEXT: net_arena,
// C-NEXT: net_persistent,

// HEADER: #define net_PERSISTENT_BYTES 20
// HEADER: void net_reset(void);

func.func @net(%x: !x {tinyts.name = "in"}, %k: !x {tinyts.name = "kept", tinyts.variable = 0, tinyts.initial = dense<[[[[1, 2, 3], [4, 5, 6]]]]> : tensor<1x1x2x3xi8>}, %s: !s {tinyts.name = "ring", tinyts.variable = 1}) -> (!s {tinyts.variable = 1}, !c {tinyts.name = "out"}, !x {tinyts.variable = 0}) {
  %c = tinyts.concatenation %s, %x {axis = 1} : (!s, !x) -> !c
  %n = tinyts.slice %c <[1, 3], [0, 2]> : !c -> !s
  %a = tinyts.assign %n : (!s) -> !s
  %y = tinyts.mul %c, %k {clamp = #tinyts.clamp<-128, 127>} : (!c, !x) -> !c
  return %a, %y, %k : !s, !c, !x
}
