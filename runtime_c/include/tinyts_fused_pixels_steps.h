/*
 * What the variants of tinyts_fused_pixels share that compute whole rows of the
 * depthwise convolution into scratch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_PIXELS_STEPS_H
#define TINYTS_FUSED_PIXELS_STEPS_H

#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Row y of a depthwise convolution, all channels, into `out` without gaps. */
static inline void tinyts_fused_pixels_row(const tinyts_dw_stage *stage,
                                           const tinyts_tensor *input,
                                           tinyts_memory memory, int32_t y,
                                           int32_t width, int8_t *out) {
    tinyts_dw_rows rows;
    tinyts_dw_look(stage, y, input->height, &rows);
    rows.pitch = input->pixel_pitch;
    for (int32_t k = rows.first; k < rows.last; ++k) {
        rows.row[k] = tinyts_row(input, memory, rows.y + k * stage->params.dilation.h);
    }
    stage->row(stage, &rows, width, 0, input->channels, out, input->channels);
}

/* That row as the tensor that the second convolution reads: every row is this one. */
static inline tinyts_tensor tinyts_fused_pixels_middle(const tinyts_tensor *input,
                                                       const tinyts_tensor *output) {
    const tinyts_tensor middle = {NULL,
                                  0,
                                  0,
                                  input->channels,
                                  0,
                                  TINYTS_ROWS_PITCH,
                                  output->height,
                                  output->width,
                                  input->channels};
    return middle;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_PIXELS_STEPS_H */
