/*
 * DIV, int8, of two tensors of different scales, with broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DIV_H
#define TINYTS_DIV_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1; /* numerators */
    const tinyts_tensor *input_2; /* divisors */
    const tinyts_tensor *output;
    int32_t input_1_offset; /* minus the zero point, -127..128 */
    int32_t input_2_offset; /* minus the zero point, -127..128 */
    int32_t output_offset;  /* the zero point */
    tinyts_per_tensor_quant_params output_quant; /* shift at most 22 */
    tinyts_activation activation;
} tinyts_div_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Each dimension of an input is that of the output, or 1: then its one row, column or
 * channel serves all.
 * Arithmetic as TFLite Micro's reference Div for int8: the numerator times the
 * reciprocal of the divisor times input_1 scale / (input_2 scale * output scale). The
 * reciprocal of 0, and shifts by more than 31, are as its interpreter for x86 computes
 * them: the first by Newton's iteration, the second by the shift modulo 32.
 *
 * In place: when a value of the output is written, the values that it is made of have
 * been read. After that only those of later values are read, one that is broadcast
 * once for each value that it serves.
 */
void tinyts_div(const tinyts_div_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DIV_H */
