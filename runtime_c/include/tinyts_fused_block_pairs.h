/*
 * tinyts_fused_block_pixels by panels of two pixels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_BLOCK_PAIRS_H
#define TINYTS_FUSED_BLOCK_PAIRS_H

#include "tinyts_fused_block_pixels.h"
#include "tinyts_paired_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As tinyts_fused_block. */
void tinyts_fused_block_pairs(const tinyts_fused_block_pairs_layer *layer,
                              tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_BLOCK_PAIRS_H */
