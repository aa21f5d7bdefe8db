/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_sub_tiles.h"

#include "tinyts_sub.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(sub_tiles, sub,
    layer->input_1_offset, layer->input_1_quant, layer->input_2_offset,
    layer->input_2_quant, layer->left_shift, layer->output_offset,
    layer->output_quant, layer->activation)
