/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_prelu_tiles.h"

#include "tinyts_prelu.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(prelu_tiles, prelu,
    layer->input_1_offset, layer->input_2_offset, layer->output_offset,
    layer->identity_quant, layer->product_quant)
