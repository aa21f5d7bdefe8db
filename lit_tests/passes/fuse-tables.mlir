// RUN: tinyts-opt %s --fuse-tables | filecheck %s

// A chain becomes one table, whose entries are the second one's of the first one's.
// CHECK-LABEL: func.func @chain
// CHECK-DAG: %[[V:.*]] = tinyts.constant dense<5> : tensor<256xi8>
// CHECK: %[[Y:.*]] = tinyts.table %{{.*}} values(%[[V]]) {layer = 2
// CHECK-NOT: tinyts.table
// CHECK: return %[[Y]]

// A value that is read twice, or returned, stays.
// CHECK-LABEL: func.func @read_twice
// CHECK-COUNT-2: tinyts.table
// CHECK: tinyts.add
// CHECK-LABEL: func.func @returned
// CHECK-COUNT-2: tinyts.table

// A table that is the identity goes where the quantization stays as well.
// CHECK-LABEL: func.func @identity
// CHECK-COUNT-1: tinyts.table
// CHECK-NOT: tinyts.table

#q = #tinyts.quant<0.5 : f32, 0>
#r = #tinyts.quant<0.25 : f32, 0>
!x = tensor<1x4x4x1xi8, #q>
!r = tensor<1x4x4x1xi8, #r>

func.func @chain(%x: !x) -> !x {
  %a = tinyts.constant dense<3> : tensor<256xi8>
  %b = tinyts.constant dense<5> : tensor<256xi8>
  %p = tinyts.table %x values(%a) {layer = 1} : (!x, tensor<256xi8>) -> !x
  %y = tinyts.table %p values(%b) {layer = 2} : (!x, tensor<256xi8>) -> !x
  return %y : !x
}

func.func @read_twice(%x: !x) -> !x {
  %a = tinyts.constant dense<3> : tensor<256xi8>
  %p = tinyts.table %x values(%a) : (!x, tensor<256xi8>) -> !x
  %q = tinyts.table %p values(%a) : (!x, tensor<256xi8>) -> !x
  %y = tinyts.add %p, %q {clamp = #tinyts.clamp<-128, 127>} : (!x, !x) -> !x
  return %y : !x
}

func.func @returned(%x: !x) -> (!x, !x) {
  %a = tinyts.constant dense<3> : tensor<256xi8>
  %p = tinyts.table %x values(%a) : (!x, tensor<256xi8>) -> !x
  %y = tinyts.table %p values(%a) : (!x, tensor<256xi8>) -> !x
  return %p, %y : !x, !x
}

func.func @identity(%x: !x) -> (!x, !r) {
  %i = tinyts.constant dense<"0x808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F"> : tensor<256xi8>
  %y = tinyts.table %x values(%i) : (!x, tensor<256xi8>) -> !x
  %z = tinyts.table %x values(%i) : (!x, tensor<256xi8>) -> !r
  return %y, %z : !x, !r
}
