/*
 * SOFTMAX by CMSIS-NN, int8. See tinyts_softmax.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SOFTMAX_CMSIS_NN_H
#define TINYTS_SOFTMAX_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t multiplier;
    int32_t shift;
    int32_t diff_min;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_softmax_cmsis_nn_layer;

/*
 * As tinyts_softmax, also in place, by arm_softmax_s8, where slices of `step` rows lie
 * without gaps and have at most 511 channels.
 */
void tinyts_softmax_cmsis_nn(const tinyts_softmax_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SOFTMAX_CMSIS_NN_H */
