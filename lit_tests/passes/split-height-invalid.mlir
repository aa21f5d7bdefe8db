// RUN: not tinyts-opt %s --split-height=0 2>&1 | filecheck %s --check-prefix=ZERO
// RUN: not tinyts-opt %s --split-height 2>&1 | filecheck %s --check-prefix=MANY
// RUN: not tinyts-opt %s --convert-tinyts-to-tsbuf --split-height=4 2>&1 | filecheck %s --check-prefix=LATE

// ZERO: error: {{.*}}split-height-invalid.mlir: split-height: height is 0; it must be at least 1
// ZERO-NOT: {{.+}}
// MANY: error: {{.*}}: split-height: height 1 makes 200000 slices, more than 131072; use a larger height
// MANY-NOT: {{.+}}
// LATE: error: {{.*}}: split-height: the module is already lowered to tsbuf; run it before convert-tinyts-to-tsbuf
// LATE-NOT: {{.+}}

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x200000x1x1xi8, #q>

func.func @net(%x: !x) -> !x {
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  return %y : !x
}
