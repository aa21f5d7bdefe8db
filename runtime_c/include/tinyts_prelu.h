/*
 * PRELU, int8, with broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PRELU_H
#define TINYTS_PRELU_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1; /* values */
    const tinyts_tensor *input_2; /* slopes */
    const tinyts_tensor *output;
    int32_t input_1_offset; /* minus the zero point, -127..128 */
    int32_t input_2_offset; /* minus the zero point, -127..128 */
    int32_t output_offset;  /* the zero point */
    tinyts_per_tensor_quant_params identity_quant; /* of values from zero on */
    tinyts_per_tensor_quant_params product_quant;  /* of value times slope */
} tinyts_prelu_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Each dimension of an input is that of the output, or 1: then its one row, column or
 * channel serves all.
 * Arithmetic as TFLite Micro's reference Prelu for int8: the value times input_1 scale /
 * output scale, or, where it is negative, value times slope times input_1 scale *
 * input_2 scale / output scale.
 *
 * In place: when a value of the output is written, the values that it is made of have
 * been read. After that only those of later values are read, one that is broadcast
 * once for each value that it serves.
 */
void tinyts_prelu(const tinyts_prelu_layer *layer, tinyts_memory memory, int32_t first,
                  int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PRELU_H */
