// RUN: tinyts-opt %s --plan-stages=objective=calls --verify-diagnostics | filecheck %s
// RUN: tinyts-opt %s --plan-stages=overlap=both --verify-diagnostics | filecheck %s --check-prefix=OVERLAP
// RUN: tinyts-opt %s --plan-stages=input=flash --verify-diagnostics | filecheck %s --check-prefix=INPUT
// RUN: tinyts-opt %s --plan-stages=output=rows --verify-diagnostics | filecheck %s --check-prefix=OUTPUT
// RUN: tinyts-opt %s --plan-stages=alignment=3 --verify-diagnostics | filecheck %s --check-prefix=ALIGNMENT
// RUN: tinyts-opt %s --plan-stages=recompute=-1 --verify-diagnostics | filecheck %s --check-prefix=RECOMPUTE
// RUN: tinyts-opt %s --plan-stages=limit=100 --verify-diagnostics | filecheck %s --check-prefix=NO-SPEED
// RUN: tinyts-opt %s --plan-stages="objective=speed limit=1 output=arena" --verify-diagnostics | filecheck %s --check-prefix=LIMIT
// RUN: tinyts-opt %s --plan-stages=cuts=1,6 --verify-diagnostics | filecheck %s --check-prefix=LAYER
// RUN: tinyts-opt %s -p 'split-height,plan-stages' --verify-diagnostics | filecheck %s --check-prefix=SLICED
// RUN: tinyts-opt %s -p 'convert-tinyts-to-tsbuf,plan-stages' --verify-diagnostics | filecheck %s --check-prefix=LOWERED

// CHECK: plan-stages: objective 'calls' is not one of sram, speed
// OVERLAP: plan-stages: overlap 'both' is not one of none, same, trail
// INPUT: plan-stages: input 'flash' is not one of external, arena, rows
// OUTPUT: plan-stages: output 'rows' is not one of external, arena
// ALIGNMENT: plan-stages: alignment 3 is not a power of two
// RECOMPUTE: plan-stages: recompute is -1 percent; it must be at least 0
// NO-SPEED: plan-stages: a limit goes with objective=speed and without cuts
// LIMIT: plan-stages: limit 1 is below the smallest peak that is found, 32 bytes
// LAYER: plan-stages: no op computes layer 6; cuts are numbers of layers
// SLICED: plan-stages: tinyts.slice cannot be planned; run plan-stages on whole tensors
// LOWERED: plan-stages: the module is already lowered to tsbuf; run it before convert-tinyts-to-tsbuf

#q = #tinyts.quant<0.5 : f32, 0>
!x = tensor<1x4x4x2xi8, #q>
func.func @f(%x: !x) -> !x {
  %a = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!x) -> !x
  return %a : !x
}
