/*
 * MAXIMUM by CMSIS-NN, int8. See tinyts_maximum.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MAXIMUM_CMSIS_NN_H
#define TINYTS_MAXIMUM_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_maximum_cmsis_nn_layer;

/*
 * As tinyts_maximum, also in place, by arm_maximum_s8, where all three have one shape
 * and slices of `step` rows lie without gaps.
 */
void tinyts_maximum_cmsis_nn(const tinyts_maximum_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MAXIMUM_CMSIS_NN_H */
