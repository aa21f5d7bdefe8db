/*
 * tinyts_fused_pixels by whole rows, then two pixels at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_PIXELS_PAIRS_H
#define TINYTS_FUSED_PIXELS_PAIRS_H

#include "tinyts_dw_stage.h"
#include "tinyts_paired_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;     /* as in tinyts_fused_pixels_layer, */
    const tinyts_tensor *output;
    const tinyts_tensor *scratch;   /* but this is not used */
    const tinyts_tensor *workspace; /* its row `first` serves a call: a row of the
                                     * middle, [width][Cin], rounded up to a multiple of
                                     * 4; then what tinyts_paired_conv.h wants */
    tinyts_dw_stage producer;       /* ch_mult 1 */
    tinyts_packed_conv consumer;    /* of 1x1 taps */
} tinyts_fused_pixels_pairs_layer;

/*
 * As tinyts_fused_pixels. In place: when the first pixel of an output row is written,
 * all that the row sees has been read.
 */
void tinyts_fused_pixels_pairs(const tinyts_fused_pixels_pairs_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_PIXELS_PAIRS_H */
