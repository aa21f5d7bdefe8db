/*
 * PAD and PADV2 by CMSIS-NN, int8. See tinyts_pad.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PAD_CMSIS_NN_H
#define TINYTS_PAD_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t pad_top;
    int32_t pad_left;
    int32_t pad_front;
    int32_t value;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_pad_cmsis_nn_layer;

/*
 * As tinyts_pad by arm_pad_s8, where slices of `step` rows lie without gaps and each
 * holds a row of the input. Not in place.
 */
void tinyts_pad_cmsis_nn(const tinyts_pad_cmsis_nn_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PAD_CMSIS_NN_H */
