/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mul_tiles.h"

#include "tinyts_mul.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(mul_tiles, mul,
    layer->input_1_offset, layer->input_2_offset, layer->output_offset,
    layer->output_quant, layer->activation)
