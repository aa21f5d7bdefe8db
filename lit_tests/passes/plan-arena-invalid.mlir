// RUN: not tinyts-opt %s --split-input-file --plan-arena=6 2>&1 | filecheck %s --check-prefix=ALIGNMENT
// RUN: not tinyts-opt %s --split-input-file --plan-arena=-4 2>&1 | filecheck %s --check-prefix=NEGATIVE
// RUN: not tinyts-opt %s --split-input-file --plan-arena='strategy=lucky' 2>&1 | filecheck %s --check-prefix=STRATEGY
// RUN: tinyts-opt %s --split-input-file --plan-arena='size=1000' --verify-diagnostics | filecheck %s

// ALIGNMENT: error: {{.*}}plan-arena-invalid.mlir: plan-arena: alignment 6 is not a power of two
// ALIGNMENT-NOT: {{.+}}
// NEGATIVE: error: {{.*}}: plan-arena: alignment -4 is not a power of two
// NEGATIVE-NOT: {{.+}}
// STRATEGY: error: {{.*}}: plan-arena: strategy 'lucky' is not one of best, greedy, exact
// STRATEGY-NOT: {{.+}}

// The size includes the padding of the alignment.
// CHECK: plan-arena: 1000 bytes are too few: layer 7 'dense/Relu' (conv_2d) needs 1004 bytes alive at once; the smallest arena found is 1004 bytes
tsbuf.arena @sram
func.func @net() {
  %0 = tsbuf.buffer : !tsbuf.buffer<1x1x1001xi8>
  %x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x1x1001xi8>) -> !tsbuf.table<1x1x1001xi8>
  tsbuf.kernel "conv_2d" outs(output = %x [0, 1] : !tsbuf.table<1x1x1001xi8>) layer 7 params {} loc("dense/Relu")
  return
}

// -----

// A buffer of which rows never live together is still as large as all its rows.
// CHECK: plan-arena: 1000 bytes are too few: the smallest arena found is 1200 bytes
tsbuf.arena @sram
func.func @net() {
  %0 = tsbuf.buffer : !tsbuf.buffer<2x1x600xi8>
  %x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<2x1x600xi8>) -> !tsbuf.table<2x1x600xi8>
  tsbuf.kernel "k" outs(output = %x [0, 1] : !tsbuf.table<2x1x600xi8>) layer 0 params {}
  tsbuf.kernel "k" outs(output = %x [1, 2] : !tsbuf.table<2x1x600xi8>) layer 0 params {}
  return
}

// -----

// CHECK: the module has 0 tsbuf.arena and 1 functions, expected one of each; run convert-tinyts-to-tsbuf first
func.func @net() {
  return
}

// -----

// CHECK: the module has 1 tsbuf.arena and 2 functions, expected one of each
tsbuf.arena @sram
func.func @a() {
  return
}
func.func @b() {
  return
}

// -----

// CHECK: function @net has 0 blocks; only one block can be compiled
tsbuf.arena @sram
func.func private @net()

// -----

// CHECK: plan-arena: the buffers need 300000000 bytes, only 268435456 are supported; use a smaller model or alignment
!b = !tsbuf.buffer<1x1x60000000xi8>
!t = !tsbuf.table<1x1x60000000xi8>
tsbuf.arena @sram
func.func @net() {
  %0 = tsbuf.buffer : !b
  %t0 = tsbuf.rows %0 {starts = [0]} : (!b) -> !t
  %1 = tsbuf.buffer : !b
  %t1 = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  %2 = tsbuf.buffer : !b
  %t2 = tsbuf.rows %2 {starts = [0]} : (!b) -> !t
  %3 = tsbuf.buffer : !b
  %t3 = tsbuf.rows %3 {starts = [0]} : (!b) -> !t
  %4 = tsbuf.buffer : !b
  %t4 = tsbuf.rows %4 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output_0 = %t0 [0, 1] : !t, output_1 = %t1 [0, 1] : !t, output_2 = %t2 [0, 1] : !t, output_3 = %t3 [0, 1] : !t, output_4 = %t4 [0, 1] : !t) layer 0 params {}
  return
}
