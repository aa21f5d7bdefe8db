// RUN: tinyts-opt %s --split-height | filecheck %s

#q = #tinyts.quant<0.5 : f32, -3>
#all = #tinyts.clamp<-128, 127>
#point = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>
!x = tensor<1x4x4x2xi8, #q>

// A stage is a plan, though it be one of whole tensors.
// CHECK-LABEL: func.func @whole
// CHECK-NEXT: tinyts.max_pool_2d %x
// CHECK-NEXT: return
func.func @whole(%x: !x) -> !x {
  %a = tinyts.max_pool_2d %x {window = #point, clamp = #all, stage = 0 : i64} : (!x) -> !x
  return %a : !x
}
