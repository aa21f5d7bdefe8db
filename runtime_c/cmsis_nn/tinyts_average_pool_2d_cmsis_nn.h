/*
 * AVERAGE_POOL_2D by CMSIS-NN, int8. See tinyts_average_pool_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_AVERAGE_POOL_2D_CMSIS_NN_H
#define TINYTS_AVERAGE_POOL_2D_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, channels] */
    const tinyts_tensor *output; /* [height, width, channels] */
    const tinyts_tensor *workspace; /* its row `first` is a call's scratch; or NULL */
    tinyts_tile kernel;
    tinyts_pool_params params;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_average_pool_2d_cmsis_nn_layer;

/*
 * As tinyts_average_pool_2d, also in place, by arm_avgpool_s8, where slices of
 * `step` rows lie without gaps.
 */
void tinyts_average_pool_2d_cmsis_nn(const tinyts_average_pool_2d_cmsis_nn_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_AVERAGE_POOL_2D_CMSIS_NN_H */
