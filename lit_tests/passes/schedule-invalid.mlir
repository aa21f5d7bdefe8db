// RUN: not tinyts-opt %s --split-input-file --schedule=random 2>&1 | filecheck %s --check-prefix=ORDER
// RUN: not tinyts-opt %s 2>&1 | filecheck %s --check-prefix=LATER
// RUN: not xdsl-opt %s -p schedule 2>&1 | filecheck %s --check-prefix=CYCLE

// ORDER: error: {{.*}}: schedule: order 'random' is not one of df, bf, staged
// ORDER-NOT: {{.+}}

func.func @empty() {
  return
}

// -----

// The driver refuses a cycle; xDSL's own lets it reach the pass.
// LATER: error: {{.*}}: tinyts.reshape, operation 0 of @cycle: an operand is defined later{{.*}}
// LATER-NOT: {{.+}}
// CYCLE: PassFailedException: schedule: tinyts.reshape needs its own result

!x = tensor<1x2x2x2xi8, #tinyts.quant<0.5 : f32, 0>>
func.func @cycle() -> !x {
  %y = tinyts.reshape %z : (!x) -> !x
  %z = tinyts.reshape %y : (!x) -> !x
  return %z : !x
}
