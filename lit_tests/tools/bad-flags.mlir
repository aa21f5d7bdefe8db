// RUN: not tinyts-opt %s --fuse-pad -p fold-slices 2>&1 | filecheck %s --check-prefix=MIXED
// MIXED: error: pass flags and -p cannot be mixed; use one of them{{.*}}
// MIXED-NOT: {{.+}}

// RUN: not tinyts-opt %s -p no-such-pass 2>&1 | filecheck %s --check-prefix=PASS
// PASS: error: {{.*}}no-such-pass{{.*}}
// PASS-NOT: {{.+}}

// RUN: not tinyts-opt %s -p 'schedule{ordre=df}' 2>&1 | filecheck %s --check-prefix=OPTION
// RUN: not tinyts-opt %s --schedule='ordre=df' 2>&1 | filecheck %s --check-prefix=OPTION
// OPTION: error: {{.*}}"ordre"{{.*}}
// OPTION-NOT: {{.+}}

// RUN: not tinyts-opt %s --split-height=much 2>&1 | filecheck %s --check-prefix=VALUE
// VALUE: error: {{.*}}much{{.*}}
// VALUE-NOT: {{.+}}

// RUN: not tinyts-opt %s -p 'schedule{' 2>&1 | filecheck %s --check-prefix=PIPELINE
// PIPELINE: error: pass pipeline: {{.+}}
// PIPELINE-NOT: {{.+}}

// RUN: not tinyts-opt %s --fuse-pad=1 2>&1 | filecheck %s --check-prefix=NO-OPTIONS
// NO-OPTIONS: error: --fuse-pad: the pass has no options{{.*}}
// NO-OPTIONS-NOT: {{.+}}

// A flag must be written out; a shorter one is not another pass.
// RUN: not tinyts-opt %s --fuse 2>&1 | filecheck %s --check-prefix=ABBREVIATED
// ABBREVIATED: error: unrecognized arguments: --fuse{{.*}}
// ABBREVIATED-NOT: {{.+}}

// RUN: not tinyts-opt %s -t c 2>&1 | filecheck %s --check-prefix=TARGET
// TARGET: error: argument -t/--target: invalid choice: 'c' {{.*}}mlir-elided, tinyts-c{{.*}}
// TARGET-NOT: {{.+}}

func.func @net() {
  return
}
