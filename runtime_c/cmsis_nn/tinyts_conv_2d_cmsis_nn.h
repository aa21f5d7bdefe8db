/*
 * CONV_2D by CMSIS-NN, int8. See tinyts_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_CMSIS_NN_H
#define TINYTS_CONV_2D_CMSIS_NN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cout] */
    const tinyts_tensor *workspace; /* its row `first` is a call's scratch; or NULL */
    const int8_t *weights;       /* [Cout][kernel.h][kernel.w][Cin] */
    const int32_t *bias;         /* [Cout], or NULL for zeros */
    tinyts_tile kernel;
    tinyts_conv_params params;
    tinyts_per_channel_quant_params quant; /* [Cout] each */
    int32_t step; /* output rows that are handed over at a time */
} tinyts_conv_2d_cmsis_nn_layer;

/*
 * As tinyts_conv_2d by arm_convolve_wrapper_s8, where slices of `step` rows lie without
 * gaps.
 *
 * In place: as tinyts_conv_2d, but with a kernel of 1x1 all of the input is read until
 * the last byte of the output is written.
 */
void tinyts_conv_2d_cmsis_nn(const tinyts_conv_2d_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_CMSIS_NN_H */
