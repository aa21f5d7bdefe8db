/*
 * BATCH_MATMUL, int8, of two tensors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_BATCH_MATMUL_H
#define TINYTS_BATCH_MATMUL_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1; /* [rows, m, k] */
    const tinyts_tensor *input_2; /* [rows, n, k] */
    const tinyts_tensor *output;  /* [rows, m, n] */
    int32_t input_1_offset; /* minus the zero point, -127..128 */
    int32_t input_2_offset; /* minus the zero point, -127..128 */
    int32_t output_offset;  /* the zero point */
    tinyts_per_tensor_quant_params quant; /* of the sums of products */
} tinyts_batch_matmul_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Channel n of pixel m is the dot product of pixel m of input_1 and pixel n of input_2,
 * both of the same row; the one row of an input of height 1 serves all. At most 33025
 * channels are multiplied: sums fit 31 bits.
 * Arithmetic as TFLite Micro's reference BatchMatMul for int8, whose second operand has
 * its last two dimensions exchanged.
 */
void tinyts_batch_matmul(const tinyts_batch_matmul_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_BATCH_MATMUL_H */
