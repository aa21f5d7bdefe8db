/*
 * TRANSPOSE, int8, of up to five axes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TRANSPOSE_H
#define TINYTS_TRANSPOSE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How far one step along an axis of the output moves in the input. */
typedef struct {
    int32_t row;
    int32_t column;
    int32_t channel;
} tinyts_move;

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t output_row;  /* of the output, at which the transposed tensor begins */
    int32_t input_row;   /* of the input, at which the tensor begins */
    int32_t middle_rows; /* size of the axis `middle` */
    int32_t inner_rows;  /* size of the axis `inner` */
    tinyts_move outer;   /* rows of the output: inner + inner_rows * (middle + ...) */
    tinyts_move middle;
    tinyts_move inner;
    tinyts_move column;
    tinyts_move channel;
} tinyts_transpose_layer;

/*
 * Compute rows first..last-1 of the output (output_row <= first <= last <= output
 * height): each value is the input's at the sum of its axes' moves. Bytes are copied.
 *
 * In place: not at all.
 */
void tinyts_transpose(const tinyts_transpose_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TRANSPOSE_H */
