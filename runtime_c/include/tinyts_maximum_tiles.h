/*
 * MAXIMUM on tensors that are cut into tiles; see tinyts_maximum.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MAXIMUM_TILES_H
#define TINYTS_MAXIMUM_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input_1;
    const tinyts_tiles *input_2;
    const tinyts_tiles *output;
} tinyts_maximum_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that lie in one column of every operand, as
 * tinyts_maximum does.
 */
void tinyts_maximum_tiles(const tinyts_maximum_tiles_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MAXIMUM_TILES_H */
