/*
 * SQUARED_DIFFERENCE on tensors that are cut into tiles; see tinyts_squared_difference.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SQUARED_DIFFERENCE_TILES_H
#define TINYTS_SQUARED_DIFFERENCE_TILES_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input_1;
    const tinyts_tiles *input_2;
    const tinyts_tiles *output;
    int32_t input_1_offset; /* minus the zero point, -127..128 */
    tinyts_per_tensor_quant_params input_1_quant;
    int32_t input_2_offset; /* minus the zero point, -127..128 */
    tinyts_per_tensor_quant_params input_2_quant;
    int32_t left_shift; /* of both inputs before they are scaled: 7 */
    int32_t output_offset; /* the zero point */
    tinyts_per_tensor_quant_params output_quant;
} tinyts_squared_difference_tiles_layer;

/*
 * Compute rows first..last-1 of the output, which lie in one column of tiles and are
 * numbered as in tinyts_tiles.h.
 *
 * The tile is computed in runs of pixels that lie in one column of every operand, as
 * tinyts_squared_difference does.
 */
void tinyts_squared_difference_tiles(const tinyts_squared_difference_tiles_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SQUARED_DIFFERENCE_TILES_H */
