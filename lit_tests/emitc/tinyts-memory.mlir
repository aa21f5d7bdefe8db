// RUN: tinyts-opt %s -t tinyts-memory | filecheck %s --match-full-lines --strict-whitespace
// RUN: sed 's/bytes = 24, //' %s > %t.size.mlir
// RUN: not tinyts-opt %t.size.mlir -t tinyts-memory 2>&1 | filecheck %s --check-prefix=SIZE
// RUN: sed 's/offset = 16, //' %s > %t.offset.mlir
// RUN: not tinyts-opt %t.offset.mlir -t tinyts-memory 2>&1 | filecheck %s --check-prefix=OFFSET

// SIZE: error: {{.*}}: the arena has no size; run plan-arena first
// OFFSET: error: {{.*}}: the buffer has no offset; run plan-arena first

// The rows of the input die one after the other; scratch lives for one call, the
// accumulator for two, which are the second stage.
//      CHECK:arena of net: 24 bytes, alignment 4, 4 kernel calls
// CHECK-NEXT:lower bound 20 bytes, not proven optimal
// CHECK-NEXT:peak live bytes 20, fragmentation 16.67%
// CHECK-NEXT:most bytes in use: 20 at call 1, one of 1
// CHECK-EMPTY:
// CHECK-NEXT:stage  calls  peak bytes  at call
// CHECK-NEXT:1      0-1    20          1
// CHECK-NEXT:2      2-3    8           2
// CHECK-EMPTY:
// CHECK-NEXT:address against time, a column 1 calls, a line 4 bytes
// CHECK-NEXT:20 AA..
// CHECK-NEXT:16 A...
// CHECK-NEXT:12 .C..
// CHECK-NEXT: 8 BC..
// CHECK-NEXT: 4 .CC.
// CHECK-NEXT: 0 BBDD
// CHECK-NEXT:   |^|
// CHECK-NEXT:   | a stage begins, ^ most bytes in use
// CHECK-EMPTY:
// CHECK-NEXT:key  tensor  kinds                name
// CHECK-NEXT:A    0       input                x
// CHECK-NEXT:B    1       activation, scratch  first
// CHECK-NEXT:C    2       kept row, scratch    second
// CHECK-NEXT:D    3       accumulator          a_very_long_name/of_a_tensor...by_the_converter/conv2d_1;...
// CHECK-EMPTY:
// CHECK-NEXT:what binds, alive at call 1
// CHECK-NEXT:bytes  key  tensor  kind        rows  name
// CHECK-NEXT:8      C    2       scratch     0     second
// CHECK-NEXT:4      A    0       input       1     x
// CHECK-NEXT:4      B    1       activation  0     first
// CHECK-NEXT:4      C    2       kept row    3     second

#q = #tinyts.quant<0.5 : f32, 0>
!row = !tsbuf.buffer<1x1x4xi8>
!one = !tsbuf.table<1x1x4xi8>

tsbuf.arena @sram {bytes = 24, alignment = 4, plan = {peak_live_bytes = 20}}
func.func @net() {
  %0 = tsbuf.buffer {offset = 16, port = #tsbuf.port<input 0 "x" layer 0 [1, 2, 1, 4] #q>} : !tsbuf.buffer<2x1x4xi8>
  %x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<2x1x4xi8>) -> !tsbuf.table<2x1x4xi8>
  %1 = tsbuf.buffer {offset = 0} : !row
  %a = tsbuf.rows %1 {starts = [0]} : (!row) -> !one
  %2 = tsbuf.buffer {offset = 8} : !row
  %s = tsbuf.rows %2 {starts = [0]} : (!row) -> !one
  %3 = tsbuf.buffer {offset = 4} : !row
  %m = tsbuf.rows %3 {starts = [3]} : (!row) -> !tsbuf.table<5x1x4xi8>
  %4 = tsbuf.buffer {offset = 8} : !tsbuf.buffer<1x1x8xi8>
  %t = tsbuf.rows %4 {starts = [0]} : (!tsbuf.buffer<1x1x8xi8>) -> !tsbuf.table<1x1x8xi8>
  %5 = tsbuf.buffer {offset = 0} : !row
  %n = tsbuf.rows %5 {starts = [0]} : (!row) -> !one
  %6 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 3 [1, 1, 1, 4] #q>} : !row
  %y = tsbuf.rows %6 {starts = [0]} : (!row) -> !one
  tsbuf.kernel "k" outs(output = %a [0, 1] : !one, scratch = %s [0, 1] : !one) ins(input = %x [0, 1] : !tsbuf.table<2x1x4xi8>) layer 1 params {} {stage = 1} loc("first")
  tsbuf.kernel "k" outs(middle = %m [3, 4] : !tsbuf.table<5x1x4xi8>, scratch = %t [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input = %a [0, 1] : !one, input = %x [1, 2] : !tsbuf.table<2x1x4xi8>) layer 2 params {} {stage = 1} loc("second")
  tsbuf.kernel "k" outs(accumulator = %n [0, 1] : !one) ins(middle = %m [3, 4] : !tsbuf.table<5x1x4xi8>) layer 3 params {} {stage = 2} loc("a_very_long_name/of_a_tensor/that_was_fused/by_the_converter/conv2d_1;another")
  tsbuf.kernel "k" outs(output = %y [0, 1] : !one) ins(accumulator = %n [0, 1] : !one) layer 3 params {} {stage = 2}
  return
}
