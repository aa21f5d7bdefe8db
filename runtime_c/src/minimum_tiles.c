/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_minimum_tiles.h"

#include "tinyts_minimum.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(minimum_tiles, minimum, )
