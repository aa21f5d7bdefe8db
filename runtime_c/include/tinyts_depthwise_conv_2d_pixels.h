/*
 * DEPTHWISE_CONV_2D from a packed stream, int8, pixel by pixel and four channels at a
 * time: slower than by rows, for outputs that lie over their input.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_PIXELS_H
#define TINYTS_DEPTHWISE_CONV_2D_PIXELS_H

#include "tinyts_depthwise_pixel.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, C], C at least 4 */
    const tinyts_tensor *output; /* [height, width, C] */
    const int32_t *stream; /* as in tinyts_depthwise_pixel.h, like relu and shift */
    const int8_t *zeros; /* [C] the input's zero point */
    int32_t relu;
    int32_t shift;
    int32_t ch_mult;     /* 1 */
    tinyts_tile kernel;  /* at most TINYTS_MAX_TAPS taps */
    tinyts_conv_params params;
} tinyts_depthwise_conv_2d_pixels_layer;

/* As tinyts_depthwise_conv_2d, also in place. */
void tinyts_depthwise_conv_2d_pixels(const tinyts_depthwise_conv_2d_pixels_layer *layer,
                                     tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_PIXELS_H */
