/*
 * DEPTHWISE_CONV_2D from a packed stream, int8, row by row. See
 * tinyts_depthwise_conv_2d.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_CONV_2D_ROWS_H
#define TINYTS_DEPTHWISE_CONV_2D_ROWS_H

#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, Cin] */
    const tinyts_tensor *output; /* [height, width, Cin * ch_mult] */
    tinyts_dw_row *row;          /* the rest as in tinyts_dw_stage */
    const int32_t *stream;
    const int8_t *zeros;
    int32_t words;
    int32_t inputs;
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;
    int32_t ch_mult;
} tinyts_depthwise_conv_2d_rows_layer;

/*
 * As tinyts_depthwise_conv_2d. In place: a row is computed channel by channel, and in a
 * channel pixels ascend: when one is written its window in this channel has been read.
 */
void tinyts_depthwise_conv_2d_rows(const tinyts_depthwise_conv_2d_rows_layer *layer,
                                   tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_CONV_2D_ROWS_H */
