/*
 * Rows of one pixel of a depthwise convolution whose taps lie in one column, as in
 * networks of one dimension: four channels at a time, from any number of rows.
 *
 * Stream, for each four channels (so the stage's `words` are those of four): four
 * biases, which hold the input's zero point for all taps; for each two taps a pair of
 * weights of each channel, the last with 0 if their number is odd; then the scales: four
 * (m, c), and in the form any four s. A stage's shift of 0 means the form any.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_COLUMN_H
#define TINYTS_DW_COLUMN_H

#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A tinyts_dw_row for width 1; `first` and `last` are multiples of 4. Rows outside the
 * input are read as zeros of the stage. Channels ascend: four are read, then written.
 */
tinyts_dw_row tinyts_dw_column;

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_COLUMN_H */
