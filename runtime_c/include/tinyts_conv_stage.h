/*
 * One of two convolutions that a kernel computes together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_STAGE_H
#define TINYTS_CONV_STAGE_H

#include "tinyts_requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A CONV_2D or DEPTHWISE_CONV_2D but for its tensors; as in their own layers. */
typedef struct {
    const int8_t *weights; /* [Cout][kernel.h][kernel.w][Cin], or for a depthwise one
                            * [kernel.h][kernel.w][Cout] */
    const int32_t *bias;   /* [Cout], or NULL for zeros */
    tinyts_tile kernel;
    tinyts_conv_params params;
    tinyts_per_channel_quant_params quant; /* [Cout] each */
    int32_t ch_mult; /* 0: CONV_2D; else DEPTHWISE_CONV_2D with as many output channels
                      * of each input channel */
} tinyts_conv_stage;

/* The value of an output channel whose sum of products this is. */
static inline int8_t tinyts_conv_output(const tinyts_conv_stage *stage, uint32_t sum,
                                        int32_t channel) {
    return tinyts_channel_output(sum, stage->bias, channel, stage->quant, channel,
                                 stage->params.output_offset,
                                 stage->params.activation);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_STAGE_H */
