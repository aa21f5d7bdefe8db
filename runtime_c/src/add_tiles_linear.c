/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_tiles_linear.h"

#include "tinyts_add_linear.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(add_tiles_linear, add_linear,
    layer->first, layer->second, layer->offset, layer->shift, layer->activation)
