/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_maximum_tiles.h"

#include "tinyts_maximum.h"
#include "tinyts_tiles_pairs.h"

TINYTS_TILES_PAIRS(maximum_tiles, maximum, )
