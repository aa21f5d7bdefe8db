/*
 * TRANSPOSE_CONV, int8 with one scale for each output channel (or one for all,
 * repeated).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TRANSPOSE_CONV_H
#define TINYTS_TRANSPOSE_CONV_H

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
    tinyts_conv_params params; /* dilation is 1 */
    tinyts_per_channel_quant_params quant; /* [Cout] each */
} tinyts_transpose_conv_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Input pixel (y, x) adds, by tap (ky, kx), to output pixel (y * stride.h - padding.h +
 * ky, x * stride.w - padding.w + kx). For each output pixel the taps are found that
 * reach it; sums are modulo 2^32.
 * Arithmetic as TFLite Micro's reference TransposeConv for int8.
 *
 * In place: the input is read until the last row is written; the two may not overlap.
 */
void tinyts_transpose_conv(const tinyts_transpose_conv_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TRANSPOSE_CONV_H */
