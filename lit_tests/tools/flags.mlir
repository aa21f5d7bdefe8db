// RUN: tinyts-opt %s --split-height=2 --fold-slices --split-height --print-between-passes | filecheck %s --check-prefix=CUT
// RUN: tinyts-opt --fold-slices --split-height %s --print-between-passes | filecheck %s --check-prefix=FOLD
// RUN: tinyts-opt %s -p 'split-height{height=2},convert-tinyts-to-tsbuf{output=arena},plan-arena{strategy=greedy alignment=8}' -o %t.mlir
// RUN: tinyts-opt %s --split-height='height=2' --convert-tinyts-to-tsbuf='output=arena' --plan-arena='strategy=greedy alignment=8' | diff %t.mlir -
// RUN: filecheck %s --input-file %t.mlir --check-prefix=PLAN
// RUN: tinyts-opt --help | filecheck %s --check-prefix=HELP

// Flags run in the order written, one may occur twice; a file may follow a flag that
// has no value. Between passes the module is printed.
// CUT: IR after split-height:
// CUT: rect = #tinyts.rect<[0, 2], [0, 4]>
// CUT: tinyts.concat
// CUT: IR after fold-slices:
// CUT: rect = #tinyts.rect<[0, 2], [0, 4]>
// CUT-NOT: IR after
// CUT: builtin.module {
// CUT: rect = #tinyts.rect<[0, 1], [0, 4]>

// FOLD: IR after fold-slices:
// FOLD-NOT: tinyts.rect
// FOLD: return
// FOLD-NOT: IR after
// FOLD: rect = #tinyts.rect<[0, 1], [0, 4]>

// A flag's value is its first option, or several as in a pipeline.
// PLAN: tsbuf.arena @sram {bytes = 24 : i64, alignment = 8 : i64
// PLAN: outs(output = %{{.*}} [0, 2] :

// Our passes stand before those of xDSL, in the order of a compilation.
// HELP: passes:
// HELP: Run in the order written; not together with -p.
// HELP: --fuse-pad
// HELP: --fold-constant-channels
// HELP: --split-height
// HELP: --fold-slices
// HELP: --schedule
// HELP: --convert-tinyts-to-tsbuf
// HELP: --plan-arena
// HELP: --verify-arena

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

func.func @net(%x: !x) -> !x {
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  return %y : !x
}
