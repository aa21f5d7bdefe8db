/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_div_tiles.h"

#include "tinyts_div.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(div_tiles, div,
    layer->input_1_offset, layer->input_2_offset, layer->output_offset,
    layer->output_quant, layer->activation)
