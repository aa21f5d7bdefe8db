/*
 * CONV_2D from a packed stream, int8, without scratch. See tinyts_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_DIRECT_H
#define TINYTS_CONV_2D_DIRECT_H

#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cout] */
    const int32_t *stream;       /* the rest as in tinyts_packed_conv */
    const int8_t *zeros;
    tinyts_panel_kernel *panel;
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;
    int32_t gathered;
} tinyts_conv_2d_direct_layer;

/* As tinyts_conv_2d, also in place. */
void tinyts_conv_2d_direct(const tinyts_conv_2d_direct_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_DIRECT_H */
