/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_tiles.h"

#include "tinyts_add.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(add_tiles, add,
    layer->input_1_offset, layer->input_1_quant, layer->input_2_offset,
    layer->input_2_quant, layer->left_shift, layer->output_offset,
    layer->output_quant, layer->activation)
