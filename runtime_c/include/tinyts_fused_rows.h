/*
 * A DEPTHWISE_CONV_2D and the convolution whose result only it reads, int8, together:
 * of the tensor between them, "middle", only the rows exist that are read again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_ROWS_H
#define TINYTS_FUSED_ROWS_H

#include "tinyts_conv_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;   /* [height, width, Cin] of the producer */
    const tinyts_tensor *middle;  /* [height, width, Cm]; only kept rows need a place */
    const tinyts_tensor *output;  /* [height, width, Cm * consumer.ch_mult] */
    const tinyts_tensor *scratch; /* its row `first` serves a call: bytes as below */
    int32_t group;     /* channels of the middle that are computed at a time, >= 1 */
    int32_t keep;      /* rows that stay from one output row to the next, as below */
    int32_t first_row; /* the calls compute output rows first_row..last_row-1 */
    int32_t last_row;
    tinyts_conv_stage producer; /* CONV_2D or DEPTHWISE_CONV_2D, input to middle */
    tinyts_conv_stage consumer; /* DEPTHWISE_CONV_2D, middle to output */
} tinyts_fused_rows_layer;

/*
 * Compute rows first..last-1 of the output. Calls ascend from first_row to last_row
 * without gaps.
 *
 * With E rows from the first row of the consumer's window to the last, its stride s and
 * padding p, output row y needs the rows of the middle
 *     lo(y) = clip(y * s - p, 0, height) to hi(y) = clip(y * s - p + E, 0, height),
 * of which the rows
 *     lo(y) to kept_end(y) = clip(min(hi(y-1), y * s - p + keep), lo(y), hi(y))
 * were kept, none for y = first_row, and the others, the new ones, are computed. Those
 * new ones that are kept for row y + 1, if that is computed at all, are written to the
 * middle. keep = max(0, E - s) computes every row once; less keeps fewer rows, 0 none,
 * and computes them again.
 *
 * Scratch: new rows * width of the middle * group bytes, the most of any y of the call.
 *
 * Arithmetic as tinyts_conv_2d and tinyts_depthwise_conv_2d.
 *
 * In place: for each output row and `group` channels of the middle, the new rows are
 * computed into scratch, then the channels of the output, then the rows to keep are
 * copied. So a row that is written to the middle may have the very place of a kept row
 * that this output row is the last to need (same address and pixel pitch). Nothing else
 * may overlap what the call reads or writes.
 */
void tinyts_fused_rows(const tinyts_fused_rows_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_ROWS_H */
