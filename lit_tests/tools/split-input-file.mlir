// RUN: tinyts-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics --plan-arena | filecheck %s
// RUN: not tinyts-opt %s --split-input-file -o %t.out 2>&1 | filecheck %s --check-prefix=FIRST

// Every part is a module of its own; expected errors are printed, and do not end the
// run.
// CHECK: builtin.module {
// CHECK-NEXT: tsbuf.arena @sram {bytes = 0 :
// CHECK: {{// ----[-]}}
// CHECK: Operation bad.op is not registered
// CHECK: {{// ----[-]}}
// CHECK: offset is negative
// CHECK: {{// ----[-]}}
// CHECK: the module has 0 tsbuf.arena and 1 functions, expected one of each
// CHECK: {{// ----[-]}}
// CHECK-NEXT: builtin.module {
// CHECK-NEXT: tsbuf.arena @other
// CHECK-NOT: {{// ----[-]}}

// Otherwise the first error ends it; lines are counted in the whole file.
// FIRST: error: {{.*}}split-input-file.mlir:30:9: Operation bad.op is not registered
// FIRST-NOT: {{.+}}

tsbuf.arena @sram
func.func @net() {
  return
}

// -----

"bad.op"() : () -> ()

// -----

%b = tsbuf.buffer {offset = -4} : !tsbuf.buffer<1x1x1xi8>

// -----

func.func @net() {
  return
}

// -----

tsbuf.arena @other
func.func @net() {
  return
}
