/*
 * tinyts_fused_block from packed streams, some output pixels at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_BLOCK_PIXELS_H
#define TINYTS_FUSED_BLOCK_PIXELS_H

#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A DEPTHWISE_CONV_2D of ch_mult 1 whose taps may lie anywhere. */
typedef struct {
    const int32_t *stream; /* of tinyts_depthwise_pixel.h */
    const int8_t *zeros;   /* [channels] the input's zero point */
    int32_t relu;
    int32_t shift;
    int32_t ch_mult;
    tinyts_tile kernel; /* at most TINYTS_MAX_TAPS - 1 taps, or TINYTS_MAX_TAPS / 2 wide */
    tinyts_conv_params params;
} tinyts_block_depthwise;

typedef struct {
    const tinyts_tensor *input; /* as in tinyts_fused_block_layer */
    const tinyts_tensor *middle;
    const tinyts_tensor *output;
    const tinyts_tensor *scratch; /* as there, but for so many pixels and for a ring of
                                   * the columns that they see together */
    int32_t keep;
    int32_t first_row;
    int32_t last_row;
    int32_t pixels;       /* of the output at a time */
    int32_t values_first; /* byte of scratch where the values of tinyts_paired_row
                           * begin, a multiple of 4 */
    tinyts_packed_conv producer;
    tinyts_block_depthwise consumer;
    tinyts_packed_conv project;
} tinyts_fused_block_pixels_layer;

typedef tinyts_fused_block_pixels_layer tinyts_fused_block_pairs_layer;

/* As tinyts_fused_block. */
void tinyts_fused_block_pixels(const tinyts_fused_block_pixels_layer *layer,
                               tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_BLOCK_PIXELS_H */
