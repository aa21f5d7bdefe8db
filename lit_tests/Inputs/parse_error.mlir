func.func @net(%x: tensor<4xi8, #tinyts.quant<0.5 : f32, 0>>) {
  %y = tinyts.reshape %x : tensor<4xi8, #tinyts.quant<0.5 : f32, 0>>
  return
}
