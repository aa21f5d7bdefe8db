/*
 * tinyts_fused_rows with a CONV_2D and a depthwise convolution from packed streams,
 * the first two pixels at a time, all scratch in one piece.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_ROWS_WIDE_DW_H
#define TINYTS_FUSED_ROWS_WIDE_DW_H

#include "tinyts_dw_stage.h"
#include "tinyts_paired_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input; /* as in tinyts_fused_rows_layer */
    const tinyts_tensor *middle;
    const tinyts_tensor *output;
    const tinyts_tensor *scratch;
    int32_t group;
    int32_t keep;
    int32_t first_row;
    int32_t last_row;
    int32_t fresh_bytes;         /* of scratch, behind which the values of
                                  * tinyts_paired_row lie, aligned to 4 */
    int32_t group_words;         /* of the producer's stream for a whole group */
    tinyts_packed_conv producer; /* its stream begins anew with every group */
    tinyts_dw_stage consumer;
} tinyts_fused_rows_wide_dw_layer;

/* As tinyts_fused_rows; see tinyts_fused_rows_steps.h. */
void tinyts_fused_rows_wide_dw(const tinyts_fused_rows_wide_dw_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_ROWS_WIDE_DW_H */
