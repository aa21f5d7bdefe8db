/*
 * SQUARED_DIFFERENCE, int8, of two tensors of different scales, with broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SQUARED_DIFFERENCE_H
#define TINYTS_SQUARED_DIFFERENCE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
    int32_t input_1_offset; /* minus the zero point, -127..128 */
    tinyts_per_tensor_quant_params input_1_quant;
    int32_t input_2_offset; /* minus the zero point, -127..128 */
    tinyts_per_tensor_quant_params input_2_quant;
    int32_t left_shift; /* of both inputs before they are scaled: 7 */
    int32_t output_offset; /* the zero point */
    tinyts_per_tensor_quant_params output_quant;
} tinyts_squared_difference_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Each dimension of an input is that of the output, or 1: then its one row, column or
 * channel serves all.
 * Arithmetic as TFLite Micro's reference SquaredDifference for int8: each input times
 * scale / (2 * larger input scale), the square of their difference times
 * (2 * larger input scale)^2 / (2^(2 * left_shift) * output scale). With output_quant.shift
 * of at most 1 the square, below 2^30, overflows nowhere.
 *
 * In place: when a value of the output is written, the values that it is made of have
 * been read. After that only those of later values are read, one that is broadcast
 * once for each value that it serves.
 */
void tinyts_squared_difference(const tinyts_squared_difference_layer *layer,
                               tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SQUARED_DIFFERENCE_H */
