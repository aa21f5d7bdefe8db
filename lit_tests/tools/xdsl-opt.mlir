// RUN: xdsl-opt %s -p 'fuse-pad,fold-constant-channels,split-height{height=1},fold-slices,schedule{order=df},convert-tinyts-to-tsbuf{output=arena},plan-arena{alignment=8},verify-arena' | filecheck %s
// RUN: xdsl-opt %s -p convert-tinyts-to-tsbuf,plan-arena -t tinyts-c | filecheck %s --check-prefix=SOURCE
// RUN: xdsl-opt %s -p canonicalize -t mlir-elided | filecheck %s --check-prefix=ELIDED

// xDSL's own driver sees the dialects, passes and targets.

// CHECK: tsbuf.arena @sram {bytes = 24 : i64, alignment = 8 : i64
// CHECK: tsbuf.kernel "max_pool_2d" outs(output = %{{.*}} [2, 3] :
// SOURCE: int net_invoke(const net_input_t *input, net_output_t *output) {
// ELIDED: func.func @net
// ELIDED-NOT: unread
// ELIDED: %y = tinyts.max_pool_2d %x

#q = #tinyts.quant<0.5 : f32, -3>
!x = tensor<1x3x4x2xi8, #q>

func.func @net(%x: !x) -> !x {
  %unread = tinyts.constant dense<1> : tensor<1xi8>
  %y = tinyts.max_pool_2d %x {window = #tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>, clamp = #tinyts.clamp<-128, 127>} : (!x) -> !x
  return %y : !x
}
