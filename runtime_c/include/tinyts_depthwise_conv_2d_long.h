/*
 * DEPTHWISE_CONV_2D of networks of one dimension, int8, with any number of taps: input
 * and output are one pixel wide, and four channels are computed at a time. See
 * tinyts_depthwise_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_LONG_H
#define TINYTS_DEPTHWISE_CONV_2D_LONG_H

#include "tinyts_depthwise_conv_2d_pixels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fields and stream are the same; kernel.w is 1. */
typedef tinyts_depthwise_conv_2d_pixels_layer tinyts_depthwise_conv_2d_long_layer;

/* As tinyts_depthwise_conv_2d, also in place. */
void tinyts_depthwise_conv_2d_long(const tinyts_depthwise_conv_2d_long_layer *layer,
                                   tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_LONG_H */
