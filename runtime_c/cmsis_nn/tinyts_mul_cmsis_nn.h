/*
 * MUL by CMSIS-NN, int8. See tinyts_mul.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MUL_CMSIS_NN_H
#define TINYTS_MUL_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
    int32_t input_1_offset;
    int32_t input_2_offset;
    int32_t output_offset;
    tinyts_per_tensor_quant_params output_quant;
    tinyts_activation activation;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_mul_cmsis_nn_layer;

/*
 * As tinyts_mul, also in place, by arm_elementwise_mul_s8, where all three have one
 * shape and slices of `step` rows lie without gaps.
 */
void tinyts_mul_cmsis_nn(const tinyts_mul_cmsis_nn_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MUL_CMSIS_NN_H */
