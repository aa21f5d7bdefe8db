/*
 * DEPTHWISE_CONV_2D from a packed stream, int8, each row in scratch first: for outputs
 * that lie over the input where rows cannot be written channel by channel. See
 * tinyts_depthwise_conv_2d_rows.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_STAGED_H
#define TINYTS_DEPTHWISE_CONV_2D_STAGED_H

#include "tinyts_copy.h"
#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;     /* [height, width, Cin] */
    const tinyts_tensor *output;    /* [height, width, Cin] */
    const tinyts_tensor *workspace; /* its row `first` serves a call: [width][Cin] */
    tinyts_dw_row *row;             /* the rest as in tinyts_dw_stage */
    const int32_t *stream;
    const int8_t *zeros;
    int32_t words;
    int32_t inputs;
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;
    int32_t ch_mult;
} tinyts_depthwise_conv_2d_staged_layer;

/*
 * As tinyts_depthwise_conv_2d. In place: all that an output row sees has been read when
 * its first byte is written; bytes ascend.
 */
void tinyts_depthwise_conv_2d_staged(const tinyts_depthwise_conv_2d_staged_layer *layer,
                                     tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_STAGED_H */
