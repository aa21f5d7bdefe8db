/*
 * SOFTMAX on tensors that are cut into tiles; see tinyts_softmax.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SOFTMAX_TILES_H
#define TINYTS_SOFTMAX_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    int32_t multiplier;
    int32_t shift;
    int32_t diff_min;
} tinyts_softmax_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that lie in one column of both tensors, as
 * tinyts_softmax does.
 */
void tinyts_softmax_tiles(const tinyts_softmax_tiles_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SOFTMAX_TILES_H */
