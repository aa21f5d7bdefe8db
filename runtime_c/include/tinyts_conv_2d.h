/*
 * CONV_2D, int8 with one scale for each output channel (or one for all, repeated).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_H
#define TINYTS_CONV_2D_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cout] */
    const int8_t *weights;       /* [Cout][kernel.h][kernel.w][Cin] */
    const int32_t *bias;         /* [Cout], or NULL for zeros */
    tinyts_tile kernel;
    tinyts_conv_params params;
    tinyts_per_channel_quant_params quant; /* [Cout] each */
} tinyts_conv_2d_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Reads of the input the rows and columns that the windows of those rows cover; taps
 * outside the input contribute nothing, so any padding will do, also a negative one.
 * Accumulates kernel.h * kernel.w * Cin products of (input + input_offset) in
 * -255..255 with weights modulo 2^32.
 * Arithmetic as TFLite Micro's reference ConvPerChannel.
 *
 * In place: the window of a pixel is read until the last channel of the pixel is
 * written. After that only the windows of later pixels are read.
 */
void tinyts_conv_2d(const tinyts_conv_2d_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_H */
