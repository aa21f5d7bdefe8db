// RUN: tinyts-opt %s --split-height --fold-slices --schedule=df --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s --check-prefix=DF
// RUN: tinyts-opt %s --split-height --fold-slices --schedule=bf --convert-tinyts-to-tsbuf --plan-arena -t tinyts-c | filecheck %s --check-prefix=BF
// RUN: tinyts-opt %s --split-height=3 --fold-slices --schedule=bf --convert-tinyts-to-tsbuf --plan-arena --print-debuginfo -o %t.mlir
// RUN: tinyts-opt %t.mlir -t tinyts-c | filecheck %s --check-prefix=THREE
// RUN: tinyts-opt %t.mlir -o %t.nameless.mlir
// RUN: tinyts-opt %t.nameless.mlir -t tinyts-c | filecheck %s --check-prefix=NAMELESS

// Calls that repeat become loops, whatever the number of slices; the pool reads two rows
// of a tensor of ten and moves by two.

// DF: for (int32_t i0 = 0; i0 < 5; i0++) {
// DF-NEXT: for (int32_t i1 = 0; i1 < 2; i1++) {
// DF-NEXT: TINYTS_STEP(1);
// DF-NEXT: tinyts_mul(&layer_0, memory, 2 * i0 + i1, 2 * i0 + i1 + 1);
// DF-NEXT: }
// DF-NEXT: TINYTS_STEP(2);
// DF-NEXT: tinyts_max_pool_2d(&layer_1, memory, i0, i0 + 1);
// DF-NEXT: }
// DF-NEXT: return 0;

// BF: for (int32_t i0 = 0; i0 < 10; i0++) {
// BF-NEXT: TINYTS_STEP(1);
// BF-NEXT: tinyts_mul(&layer_0, memory, i0, i0 + 1);
// BF-NEXT: }
// BF-NEXT: for (int32_t i0 = 0; i0 < 5; i0++) {
// BF-NEXT: TINYTS_STEP(2);
// BF-NEXT: tinyts_max_pool_2d(&layer_1, memory, i0, i0 + 1);
// BF-NEXT: }
// BF-NEXT: return 0;

// A last slice that is shorter stays outside. Layers say which tensor they compute, by
// its name where the text of the module has kept it.
// THREE: /* mul of tensor 1: product / * one * / */
// THREE: /* max_pool_2d of tensor 2: pooled */
// THREE: for (int32_t i0 = 0; i0 < 3; i0++) {
// THREE-NEXT: TINYTS_STEP(1);
// THREE-NEXT: tinyts_mul(&layer_0, memory, 3 * i0, 3 * i0 + 3);
// THREE-NEXT: }
// THREE-NEXT: TINYTS_STEP(1);
// THREE-NEXT: tinyts_mul(&layer_0, memory, 9, 10);
// THREE-NEXT: TINYTS_STEP(2);
// THREE-NEXT: tinyts_max_pool_2d(&layer_1, memory, 0, 3);
// THREE-NEXT: TINYTS_STEP(2);
// THREE-NEXT: tinyts_max_pool_2d(&layer_1, memory, 3, 5);
// THREE-NEXT: return 0;

// NAMELESS: /* mul of tensor 1: - */
// NAMELESS: /* max_pool_2d of tensor 2: - */

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x10x4x2xi8, #q>
!y = tensor<1x5x4x2xi8, #q>

func.func @net(%x: !x) -> !y {
  %m = tinyts.mul %x, %x {clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!x, !x) -> !x loc("product /* one */")
  %y = tinyts.max_pool_2d %m {window = #tinyts.window<[2, 1], stride [2, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 2} : (!x) -> !y loc("pooled")
  return %y : !y
}
