/*
 * RESIZE_NEAREST_NEIGHBOR, int8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_RESIZE_NEAREST_NEIGHBOR_H
#define TINYTS_RESIZE_NEAREST_NEIGHBOR_H

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
    const int32_t *rows;    /* for each row of the image the row of the input's */
    const int32_t *columns; /* for each column likewise */
} tinyts_resize_nearest_neighbor_layer;

/*
 * Compute rows first..last-1 of the output (output_row <= first <= last <= output
 * height). Each pixel is copied from where the tables say.
 *
 * In place: not at all.
 */
void tinyts_resize_nearest_neighbor(const tinyts_resize_nearest_neighbor_layer *layer,
                                    tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_RESIZE_NEAREST_NEIGHBOR_H */
