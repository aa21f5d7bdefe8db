/*
 * DEPTH_TO_SPACE, int8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTH_TO_SPACE_H
#define TINYTS_DEPTH_TO_SPACE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t block;         /* rows and columns that a pixel of the input becomes */
    int32_t output_row;    /* of the output tensor, at which the image begins */
    int32_t input_row;     /* of the input tensor, at which its image begins */
    int32_t output_column; /* of the image, at which the output tensor begins */
    int32_t input_column;  /* of its image, at which the input tensor begins */
} tinyts_depth_to_space_layer;

/*
 * Compute rows first..last-1 of the output (output_row <= first <= last <= output
 * height). Pixel (y, x) of the image is copied from pixel (y / block, x / block) of the
 * input, whose channels are those of block * block pixels, row by row.
 *
 * In place: not at all.
 */
void tinyts_depth_to_space(const tinyts_depth_to_space_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTH_TO_SPACE_H */
