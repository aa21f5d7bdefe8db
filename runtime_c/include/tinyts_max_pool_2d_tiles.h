/*
 * MAX_POOL_2D on tensors that are cut into tiles; see tinyts_max_pool_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MAX_POOL_2D_TILES_H
#define TINYTS_MAX_POOL_2D_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    tinyts_tile kernel;
    tinyts_pool_params params;
} tinyts_max_pool_2d_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * A window may span several columns of the input. Arithmetic as tinyts_max_pool_2d.
 */
void tinyts_max_pool_2d_tiles(const tinyts_max_pool_2d_tiles_layer *layer, tinyts_memory memory,
                              int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MAX_POOL_2D_TILES_H */
