// RUN: tinyts-opt %s --split-input-file --split-width --verify-diagnostics | filecheck %s --check-prefix=PLANNED

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
!x = tensor<1x4x5x2xi8, #q>

// Borders of an op's own prevail over the width of its slices.
// PLANNED-LABEL: func.func @skewed
// PLANNED: rect = #tinyts.rect<[0, 4], [0, 1]>
// PLANNED: rect = #tinyts.rect<[0, 4], [1, 4]>
// PLANNED: rect = #tinyts.rect<[0, 4], [4, 5]>
func.func @skewed(%x: !x) -> !x {
  %a = tinyts.add %x, %x {clamp = #all, slice = #tinyts.pair<[4, 3]>, borders = [1, 4, 5]} : (!x, !x) -> !x
  return %a : !x
}

// -----

// PLANNED: split-width: borders of tinyts.add of layer 6 are no ascending columns; give integers from 1 on
#all = #tinyts.clamp<-128, 127>
!x = tensor<1x4x5x2xi8, #tinyts.quant<0.5 : f32, -3>>
func.func @descending(%x: !x) -> !x {
  %a = tinyts.add %x, %x {clamp = #all, layer = 6, borders = [3, 2]} : (!x, !x) -> !x
  return %a : !x
}

// -----

// PLANNED: split-width: slice [4, 0] of tinyts.add of layer 6 has no columns; give at least 1
#all = #tinyts.clamp<-128, 127>
!x = tensor<1x4x5x2xi8, #tinyts.quant<0.5 : f32, -3>>
func.func @none(%x: !x) -> !x {
  %a = tinyts.add %x, %x {clamp = #all, layer = 6, slice = #tinyts.pair<[4, 0]>} : (!x, !x) -> !x
  return %a : !x
}
