/*
 * A table on tensors that are cut into tiles; see tinyts_table.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TABLE_TILES_H
#define TINYTS_TABLE_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    const int8_t *values; /* 256: of stored value q at q + 128 */
} tinyts_table_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that lie in one column of both tensors, as
 * tinyts_table does.
 */
void tinyts_table_tiles(const tinyts_table_tiles_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TABLE_TILES_H */
