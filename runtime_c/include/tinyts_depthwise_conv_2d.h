/*
 * DEPTHWISE_CONV_2D, int8 with one scale for each output channel (or one, repeated).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_H
#define TINYTS_DEPTHWISE_CONV_2D_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cout], Cout = Cin * ch_mult */
    const int8_t *weights;       /* [kernel.h][kernel.w][Cout] */
    const int32_t *bias;         /* [Cout], or NULL for zeros */
    tinyts_tile kernel;
    tinyts_conv_params params;
    tinyts_per_channel_quant_params quant; /* [Cout] each */
    int32_t ch_mult; /* output channels of each input channel, >= 1 */
} tinyts_depthwise_conv_2d_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Output channel c is input channel c / ch_mult filtered. Reads of the input the rows
 * and columns that the windows of those rows cover; taps outside the input contribute
 * nothing.
 * Arithmetic as TFLite Micro's reference DepthwiseConvPerChannel.
 *
 * In place: when channel c of a pixel is written, channels up to c / ch_mult of its
 * window have been read. After that only its channels from (c + 1) / ch_mult on are
 * read, and the windows of later pixels.
 */
void tinyts_depthwise_conv_2d(const tinyts_depthwise_conv_2d_layer *layer,
                              tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_H */
