/*
 * The block of an inverted residual network: a convolution, the DEPTHWISE_CONV_2D that
 * alone reads its result, "middle", and the 1x1 CONV_2D that alone reads that one's,
 * int8, together, pixel by pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_BLOCK_H
#define TINYTS_FUSED_BLOCK_H

#include "tinyts_conv_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;   /* [height, width, Cin] of the producer */
    const tinyts_tensor *middle;  /* [height, width, Cm]; only kept rows need a place */
    const tinyts_tensor *output;  /* [height, width, Cout] */
    const tinyts_tensor *scratch; /* its row `first` serves a call: bytes as below */
    int32_t keep;                 /* as in tinyts_fused_rows_layer */
    int32_t first_row;
    int32_t last_row;
    tinyts_conv_stage producer; /* CONV_2D or DEPTHWISE_CONV_2D, input to middle */
    tinyts_conv_stage consumer; /* DEPTHWISE_CONV_2D, Cm to Cm * ch_mult channels */
    tinyts_conv_stage project;  /* CONV_2D of 1x1 taps, stride 1, no padding */
} tinyts_fused_block_layer;

/*
 * Compute rows first..last-1 of the output. Calls ascend from first_row to last_row
 * without gaps. Which rows of the middle an output row finds, computes and keeps is that
 * of tinyts_fused_rows.
 *
 * Scratch: a pixel of Cm * ch_mult bytes, then a ring of columns for every new row that
 * cannot be put in place, [rows][columns][Cm]: as many columns as the consumer's window
 * has from the first to the last, or as the middle is wide. Of the new rows that are
 * kept, the first ones wait there for the places of as many kept rows that this output
 * row is the last to need; the others are put in place at once.
 *
 * Arithmetic as tinyts_conv_2d and tinyts_depthwise_conv_2d.
 *
 * In place: once an output pixel is computed, the columns of the middle that are left of
 * the next one's window are read no more; of each, rows that waited are then put in
 * place. So a row that is written to the middle may have the very place of a kept row
 * that this output row is the last to need (same address and pixel pitch), in order.
 * Nothing else may overlap what the call reads or writes.
 */
void tinyts_fused_block(const tinyts_fused_block_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_BLOCK_H */
