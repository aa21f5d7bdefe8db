/*
 * FULLY_CONNECTED_STEP from a packed stream, int8. See tinyts_fully_connected_step.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FULLY_CONNECTED_STEP_PACKED_H
#define TINYTS_FULLY_CONNECTED_STEP_PACKED_H

#include "tinyts_panel.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;       /* rows without gaps, of 4 values at least */
    const tinyts_tensor *accumulator; /* [1, 1, 4 * Cout]: an int32 a channel */
    const tinyts_tensor *output;      /* [1, 1, Cout] */
    const int32_t *stream; /* for one input row after another */
    tinyts_panel_kernel *panel; /* of the form sum */
    const int32_t *bias;   /* [Cout], with -input zero point * sum of weights */
    tinyts_fc_params params;
    tinyts_per_channel_quant_params quant;
    int32_t per_channel; /* 1: quant holds Cout elements; 0: one that serves all */
    int32_t row_words;   /* of the stream, for an input row */
} tinyts_fully_connected_step_packed_layer;

/* As tinyts_fully_connected_step; an accumulator is the sum of input * weight. */
void tinyts_fully_connected_step_packed(
    const tinyts_fully_connected_step_packed_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FULLY_CONNECTED_STEP_PACKED_H */
