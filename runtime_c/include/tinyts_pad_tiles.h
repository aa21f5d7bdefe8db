/*
 * PAD and PADV2 on tensors that are cut into tiles; see tinyts_pad.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PAD_TILES_H
#define TINYTS_PAD_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    int32_t pad_top;   /* rows before the input's */
    int32_t pad_left;  /* columns before */
    int32_t pad_front; /* channels before */
    int32_t value;     /* of the border, -128..127 */
} tinyts_pad_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that are padding, or lie in one column of the
 * input, as tinyts_pad does.
 */
void tinyts_pad_tiles(const tinyts_pad_tiles_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PAD_TILES_H */
