#q = #tinyts.quant<0.5 : f32, 0>
func.func @net(%x: tensor<1x4x4x2xi8, #q>) -> tensor<31xi8, #q> {
  %y = tinyts.reshape %x {layer = 7} : (tensor<1x4x4x2xi8, #q>) -> tensor<31xi8, #q> loc("flat")
  return %y : tensor<31xi8, #q>
}
