/*
 * Recording of slices as they are produced, for comparing every layer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_RECORD_H
#define TINYTS_RECORD_H

#include "tinyts_tiles.h"

/*
 * Called by an instrumented model after each kernel call: rows first..last-1 of
 * `tensor`, which is tensor `layer` of the model file, have just been computed.
 */
void tinyts_record(const tinyts_tensor *tensor, tinyts_memory memory, int32_t layer,
                   int32_t first, int32_t last);

/* The same for rows of one column of a tensor that is cut into tiles. */
void tinyts_record_tiles(const tinyts_tiles *tiles, tinyts_memory memory, int32_t layer,
                         int32_t first, int32_t last);

#endif /* TINYTS_RECORD_H */
