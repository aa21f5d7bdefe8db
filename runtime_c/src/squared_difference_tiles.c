/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_squared_difference_tiles.h"

#include "tinyts_squared_difference.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(squared_difference_tiles, squared_difference,
    layer->input_1_offset, layer->input_1_quant, layer->input_2_offset,
    layer->input_2_quant, layer->left_shift, layer->output_offset,
    layer->output_quant)
