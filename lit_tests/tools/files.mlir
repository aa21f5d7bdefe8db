// RUN: not tinyts-opt %t.missing.mlir 2>&1 | filecheck %s --check-prefix=MISSING
// RUN: mkdir -p %t.dir.mlir
// RUN: not tinyts-opt %t.dir.mlir 2>&1 | filecheck %s --check-prefix=DIRECTORY
// RUN: cp %s %t.tflite
// RUN: not tinyts-opt %t.tflite 2>&1 | filecheck %s --check-prefix=TFLITE
// RUN: cp %s %t.txt
// RUN: not tinyts-opt %t.txt 2>&1 | filecheck %s --check-prefix=EXTENSION
// RUN: tinyts-opt %t.txt -f mlir | filecheck %s
// RUN: tinyts-opt < %s | filecheck %s
// RUN: echo -n > %t.empty.mlir
// RUN: not tinyts-opt %t.empty.mlir 2>&1 | filecheck %s --check-prefix=EMPTY
// RUN: echo -n > %t.empty.tflite
// RUN: not tinyts-opt %t.empty.tflite 2>&1 | filecheck %s --check-prefix=SHORT

// MISSING: error: {{.*}}.missing.mlir: there is no such file; give a file .mlir or .tflite
// MISSING-NOT: {{.+}}
// DIRECTORY: error: {{.*}}.dir.mlir: is a directory; give a file .mlir or .tflite
// DIRECTORY-NOT: {{.+}}
// TFLITE: error: {{.*}}.tflite: not a TensorFlow Lite model: the identifier TFL3 is missing; give a .tflite file
// TFLITE-NOT: {{.+}}
// EXTENSION: error: {{.*}}.txt: unknown extension 'txt'; expected mlir or tflite, or give -f
// EXTENSION-NOT: {{.+}}
// EMPTY: error: {{.*}}.empty.mlir: is empty; give a module
// EMPTY-NOT: {{.+}}
// SHORT: error: {{.*}}.empty.tflite: not a TensorFlow Lite model: the file is empty or too short
// SHORT-NOT: {{.+}}

// CHECK: func.func @net
func.func @net() {
  return
}
