// RUN: not tinyts-opt %s --plan-arena='size=-1' 2>&1 | filecheck %s

// CHECK: error: {{.*}}: plan-arena: size -1 is negative
tsbuf.arena @sram
func.func @net() {
  func.return
}
