/*
 * CONV_2D from a packed stream, int8, two pixels at a time, whose windows are eaten in
 * parts. See tinyts_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_SUMMED_H
#define TINYTS_CONV_2D_SUMMED_H

#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin], Cin a multiple of 4 */
    const tinyts_tensor *output; /* [height, width, Cout] */
    const tinyts_tensor *workspace; /* its row `first` serves a call, aligned to 4: the
                                     * values of a part, then the sums of a part */
    const int32_t *stream;       /* of the panels 2x4: see tinyts_panel.h */
    const int8_t *zeros;         /* [kernel.w * Cin] as in tinyts_packed_conv */
    tinyts_panel_kernel *panel;  /* s2x4, of the last part */
    tinyts_panel_kernel *sum;    /* s2x4, of the others */
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;               /* of the form relu */
    int32_t columns;             /* of a part, which is taps of one kernel row; divides
                                  * kernel.w */
    int32_t part_words;          /* int32 of the stream: weights of a part in a group */
    int32_t group_words;         /* of all of a group of four channels */
} tinyts_conv_2d_summed_layer;

/*
 * As tinyts_conv_2d, also in place: when a pair of pixels is written, the windows of both
 * have been read.
 *
 * Scratch: 4 * columns * Cin bytes of values of two pixels, then 32 bytes of their sums
 * for every four channels of the output.
 */
void tinyts_conv_2d_summed(const tinyts_conv_2d_summed_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_SUMMED_H */
