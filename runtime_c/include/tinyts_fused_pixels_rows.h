/*
 * tinyts_fused_pixels by whole rows, then pixel by pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_PIXELS_ROWS_H
#define TINYTS_FUSED_PIXELS_ROWS_H

#include "tinyts_dw_stage.h"
#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;     /* as in tinyts_fused_pixels_layer, */
    const tinyts_tensor *output;
    const tinyts_tensor *scratch;   /* but this is not used */
    const tinyts_tensor *workspace; /* its row `first` serves a call: a row of the
                                     * middle, [width][Cin], rounded up to a multiple of
                                     * 4 */
    tinyts_dw_stage producer;       /* ch_mult 1 */
    tinyts_packed_conv consumer;    /* of 1x1 taps */
} tinyts_fused_pixels_rows_layer;

/*
 * As tinyts_fused_pixels. In place: when the first pixel of an output row is written,
 * all that the row sees has been read.
 */
void tinyts_fused_pixels_rows(const tinyts_fused_pixels_rows_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_PIXELS_ROWS_H */
