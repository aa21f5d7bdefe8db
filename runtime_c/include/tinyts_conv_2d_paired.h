/*
 * CONV_2D from a packed stream, int8, two pixels at a time. See tinyts_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_PAIRED_H
#define TINYTS_CONV_2D_PAIRED_H

#include "tinyts_paired_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cout] */
    const tinyts_tensor *workspace; /* its row `first` serves a call: see
                                     * tinyts_paired_conv.h */
    const int32_t *stream;       /* the rest as in tinyts_packed_conv */
    const int8_t *zeros;
    tinyts_panel_kernel *panel;
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;
    int32_t gathered;
} tinyts_conv_2d_paired_layer;

/* As tinyts_conv_2d, also in place. */
void tinyts_conv_2d_paired(const tinyts_conv_2d_paired_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_PAIRED_H */
