/*
 * RESIZE_BILINEAR, int8, in integers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_RESIZE_BILINEAR_H
#define TINYTS_RESIZE_BILINEAR_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t output_row;    /* of the output tensor, at which the image begins */
    int32_t input_row;     /* of the input tensor, at which its image begins */
    int32_t output_column; /* of the image, at which the output tensor begins */
    int32_t input_column;  /* of its image, at which the input tensor begins */
    int32_t input_height;  /* of the input's image, at most 32768 */
    int32_t input_width;
    tinyts_tile step;   /* from output to output, in 1/1024 of an input pixel */
    tinyts_tile offset; /* of output 0, -512..511 */
} tinyts_resize_bilinear_layer;

/*
 * Compute rows first..last-1 of the output (output_row <= first <= last <= output
 * height).
 *
 * Arithmetic as TFLite Micro's reference ResizeBilinearInteger: positions in 1/1024,
 * the four products in 1/2^20, rounded to nearest with halves away from zero. Weights
 * below 0 or above 1 meet only where both neighbours are one, so sums stay below 2^30.
 *
 * In place: not at all.
 */
void tinyts_resize_bilinear(const tinyts_resize_bilinear_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_RESIZE_BILINEAR_H */
