// RUN: tinyts-opt %s --convert-tinyts-to-tsbuf --plan-arena --verify-arena | filecheck %s

// What nothing but the assignment reads is written to the variable itself, after the
// last reader of the old value.

!x = tensor<1x2x2x3xi8, #tinyts.quant<0.5 : f32, -3>>

// CHECK: tsbuf.arena @sram {bytes = 12 : i64
// CHECK: %[[OLD:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64]}
// CHECK: tsbuf.persistent {variable = 0 : i64, label = "v", next, zero = -3 : i64}
// CHECK: %[[NEXT:.*]] = tsbuf.rows %{{.*}} {starts = [0 : i64]}
// CHECK: tsbuf.kernel "add"
// CHECK: tsbuf.kernel "add" outs(output = %{{.*}} [0, 2] : {{.*}} ins(input_1 = %[[OLD]] [0, 2]
// CHECK: tsbuf.kernel "mul" outs(output = %[[NEXT]] [0, 2]
// CHECK-NOT: tsbuf.kernel
func.func @net(%x: !x {tinyts.name = "in"}, %v: !x {tinyts.name = "v", tinyts.variable = 0}) -> (!x {tinyts.name = "out"}, !x {tinyts.variable = 0}) {
  %a = tinyts.add %x, %x {clamp = #tinyts.clamp<-128, 127>, layer = 1} : (!x, !x) -> !x
  %b = tinyts.mul %a, %a {clamp = #tinyts.clamp<-128, 127>, layer = 2} : (!x, !x) -> !x
  %n = tinyts.assign %b : (!x) -> !x
  %y = tinyts.add %v, %a {clamp = #tinyts.clamp<-128, 127>, layer = 3} : (!x, !x) -> !x
  return %y, %n : !x, !x
}
