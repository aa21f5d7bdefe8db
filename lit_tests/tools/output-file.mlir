// RUN: echo kept > %t.out
// RUN: not tinyts-opt %s --split-height=0 -o %t.out 2>&1 | filecheck %s --check-prefix=PASS
// RUN: not tinyts-opt %s -t tinyts-c -o %t.out 2>&1 | filecheck %s --check-prefix=TARGET
// RUN: filecheck %s --input-file %t.out --check-prefix=KEPT
// RUN: tinyts-opt %s -o %t.out
// RUN: tinyts-opt %s | diff %t.out -
// RUN: not tinyts-opt %s -o %t.nowhere/a.mlir 2>&1 | filecheck %s --check-prefix=NOWHERE

// The output file is written as a whole, and only where nothing went wrong.

// PASS: error: {{.*}}: split-height: height is 0; it must be at least 1
// PASS-NOT: {{.+}}
// TARGET: error: {{.*}}: the module has 0 tsbuf.arena and 1 functions{{.*}}
// TARGET-NOT: {{.+}}
// KEPT: kept
// KEPT-NOT: {{.+}}
// NOWHERE: error: {{.*}}.nowhere: No such file or directory
// NOWHERE-NOT: {{.+}}

func.func @net() {
  return
}
