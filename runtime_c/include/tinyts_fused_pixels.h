/*
 * A DEPTHWISE_CONV_2D and the 1x1 CONV_2D that alone reads its result, int8, together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_PIXELS_H
#define TINYTS_FUSED_PIXELS_H

#include "tinyts_conv_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;   /* [height, width, Cin] */
    const tinyts_tensor *output;  /* [height, width, Cout] */
    const tinyts_tensor *scratch; /* its row `first` serves a call: Cm bytes, where
                                   * Cm = Cin * producer.ch_mult */
    tinyts_conv_stage producer; /* DEPTHWISE_CONV_2D, Cin to Cm channels */
    tinyts_conv_stage consumer; /* CONV_2D of 1x1 taps, stride 1, no padding, Cm to
                                 * Cout channels */
} tinyts_fused_pixels_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Every pixel of the depthwise convolution is computed into scratch, for all channels,
 * and from there the pixel of the output.
 * Arithmetic as tinyts_depthwise_conv_2d and tinyts_conv_2d.
 *
 * In place: when a pixel is written, its window has been read. After that only the
 * windows of later pixels are read. Scratch may not overlap anything.
 */
void tinyts_fused_pixels(const tinyts_fused_pixels_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_PIXELS_H */
