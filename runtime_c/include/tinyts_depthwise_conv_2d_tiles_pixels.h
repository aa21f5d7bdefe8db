/*
 * DEPTHWISE_CONV_2D from a packed stream on tensors that are cut into tiles, pixel by
 * pixel. See tinyts_depthwise_conv_2d_tiles.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_TILES_PIXELS_H
#define TINYTS_DEPTHWISE_CONV_2D_TILES_PIXELS_H

#include "tinyts_depthwise_pixel.h"
#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    const int32_t *stream; /* the rest as in tinyts_depthwise_conv_2d_pixels */
    const int8_t *zeros;
    int32_t relu;
    int32_t shift;
    int32_t ch_mult;
    tinyts_tile kernel; /* of any height where it is at most TINYTS_MAX_TAPS / 2 wide */
    tinyts_conv_params params;
} tinyts_depthwise_conv_2d_tiles_pixels_layer;

/* As tinyts_depthwise_conv_2d_tiles, also in place. */
void tinyts_depthwise_conv_2d_tiles_pixels(
    const tinyts_depthwise_conv_2d_tiles_pixels_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_TILES_PIXELS_H */
