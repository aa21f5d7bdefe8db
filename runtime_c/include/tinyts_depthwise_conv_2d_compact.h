/*
 * DEPTHWISE_CONV_2D from a compact stream, int8, row by row. See
 * tinyts_depthwise_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_COMPACT_H
#define TINYTS_DEPTHWISE_CONV_2D_COMPACT_H

#include "tinyts_depthwise_conv_2d_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef tinyts_depthwise_conv_2d_rows_layer tinyts_depthwise_conv_2d_compact_layer;

/*
 * As tinyts_depthwise_conv_2d_rows, with row functions of tinyts_dw_compact.h. In place:
 * a channel of all that an output row sees may be read until the last byte of that
 * channel of the output row is written.
 */
void tinyts_depthwise_conv_2d_compact(
    const tinyts_depthwise_conv_2d_compact_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_COMPACT_H */
