/*
 * FULLY_CONNECTED by CMSIS-NN, int8. See tinyts_fully_connected.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FULLY_CONNECTED_CMSIS_NN_H
#define TINYTS_FULLY_CONNECTED_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* vectors of `depth` values */
    const tinyts_tensor *output; /* a pixel for each vector */
    const int8_t *weights;       /* [Cout][depth] */
    const int32_t *bias;         /* [Cout], or NULL for zeros */
    int32_t depth;
    tinyts_fc_params params;
    tinyts_per_channel_quant_params quant;
    int32_t per_channel; /* 1: quant holds Cout elements; 0: one that serves all */
} tinyts_fully_connected_cmsis_nn_layer;

/*
 * As tinyts_fully_connected by arm_fully_connected_wrapper_s8, where the rows lie
 * without gaps; `first` is 0, or input and output have as many rows. Not in place.
 */
void tinyts_fully_connected_cmsis_nn(const tinyts_fully_connected_cmsis_nn_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FULLY_CONNECTED_CMSIS_NN_H */
