/*
 * ADD as one pair of multiply-adds on tensors that are cut into tiles, int8. See
 * tinyts_add_linear.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ADD_TILES_LINEAR_H
#define TINYTS_ADD_TILES_LINEAR_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input_1; /* the rest as in tinyts_add_linear */
    const tinyts_tiles *input_2;
    const tinyts_tiles *output;
    int32_t first;
    int32_t second;
    int32_t offset;
    int32_t shift;
    tinyts_activation activation;
} tinyts_add_tiles_linear_layer;

/* As tinyts_add_tiles, also in place; each run of pixels as tinyts_add_linear does. */
void tinyts_add_tiles_linear(const tinyts_add_tiles_linear_layer *layer,
                             tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ADD_TILES_LINEAR_H */
