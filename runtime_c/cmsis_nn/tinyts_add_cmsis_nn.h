/*
 * ADD by CMSIS-NN, int8. See tinyts_add.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ADD_CMSIS_NN_H
#define TINYTS_ADD_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
    int32_t input_1_offset;
    tinyts_per_tensor_quant_params input_1_quant;
    int32_t input_2_offset;
    tinyts_per_tensor_quant_params input_2_quant;
    int32_t left_shift;
    int32_t output_offset;
    tinyts_per_tensor_quant_params output_quant;
    tinyts_activation activation;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_add_cmsis_nn_layer;

/*
 * As tinyts_add, also in place, by arm_elementwise_add_s8, where all three have one
 * shape and slices of `step` rows lie without gaps.
 */
void tinyts_add_cmsis_nn(const tinyts_add_cmsis_nn_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ADD_CMSIS_NN_H */
