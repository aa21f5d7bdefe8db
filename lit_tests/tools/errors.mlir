// RUN: not tinyts-opt %s 2>&1 | filecheck %s
// RUN: sed -e 's/bad[.]op/test.op/' %s > %t.type.mlir
// RUN: not tinyts-opt %t.type.mlir 2>&1 | filecheck %s --check-prefix=VERIFY
// RUN: sed -e 's/bad[.]op/test.op/; s/1x9x4x2/1x3x4x2/' %s > %t.good.mlir
// RUN: tinyts-opt %t.good.mlir -t mlir-elided | filecheck %s --check-prefix=GOOD
// RUN: not tinyts-opt %t.good.mlir --plan-arena 2>&1 | filecheck %s --check-prefix=PASS
// RUN: not tinyts-opt %t.good.mlir -t tinyts-c 2>&1 | filecheck %s --check-prefix=TARGET
// RUN: python -c "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]) != 1)" tinyts-opt %t.good.mlir --plan-arena
// RUN: not tinyts-opt %t.good.mlir --plan-arena --debug 2>&1 | filecheck %s --check-prefix=DEBUG

// Every error is one line with the file's name, without the module, and the exit code 1.

// CHECK: error: {{.*}}errors.mlir:{{[0-9]+:[0-9]+}}: Operation bad.op is not registered
// CHECK-NOT: {{.+}}

// The operation that does not verify is named by its layer, tensor and number.
// VERIFY: error: {{.*}}.type.mlir: tinyts.max_pool_2d of layer 7 (tensor 'pooled'), operation 1 of @net: result has shape [1, 9, 4, 2], expected [1, 3, 4, 2]
// VERIFY-NOT: {{.+}}

// GOOD: %y = tinyts.max_pool_2d %x
// PASS: error: {{.*}}.good.mlir: the module has 0 tsbuf.arena and 1 functions{{.*}}
// PASS-NOT: {{.+}}
// TARGET: error: {{.*}}.good.mlir: the module has 0 tsbuf.arena and 1 functions{{.*}}
// TARGET-NOT: {{.+}}
// DEBUG: Traceback (most recent call last):
// DEBUG: the module has 0 tsbuf.arena and 1 functions

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

func.func @net(%x: !x) {
  "bad.op"() : () -> ()
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 7} : (!x) -> tensor<1x9x4x2xi8, #q> loc("pooled")
  return
}
