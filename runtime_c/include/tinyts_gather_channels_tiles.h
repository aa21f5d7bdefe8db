/*
 * Channels in another order on tensors that are cut into tiles; see
 * tinyts_gather_channels.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_GATHER_CHANNELS_TILES_H
#define TINYTS_GATHER_CHANNELS_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    const int32_t *channels; /* for each of the output that of the input */
} tinyts_gather_channels_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that lie in one column of both tensors, as
 * tinyts_gather_channels does.
 */
void tinyts_gather_channels_tiles(const tinyts_gather_channels_tiles_layer *layer,
                                  tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_GATHER_CHANNELS_TILES_H */
