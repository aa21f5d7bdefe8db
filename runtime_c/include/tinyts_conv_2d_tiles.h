/*
 * CONV_2D on tensors that are cut into tiles; see tinyts_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_TILES_H
#define TINYTS_CONV_2D_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    const int8_t *weights; /* [Cout][kernel.h][kernel.w][Cin] */
    const int32_t *bias;   /* [Cout], or NULL for zeros */
    tinyts_tile kernel;
    tinyts_conv_params params;
    tinyts_per_channel_quant_params quant; /* [Cout] each */
} tinyts_conv_2d_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * A window may span several columns of the input: their products are added one column
 * after the other. Arithmetic as tinyts_conv_2d.
 */
void tinyts_conv_2d_tiles(const tinyts_conv_2d_tiles_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_TILES_H */
