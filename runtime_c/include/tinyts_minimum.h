/*
 * MINIMUM, int8, of two tensors, with broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MINIMUM_H
#define TINYTS_MINIMUM_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
} tinyts_minimum_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height): the
 * least of the stored values, whatever their scales.
 *
 * Each dimension of an input is that of the output, or 1: then its one row, column or
 * channel serves all.
 *
 * In place: when a value of the output is written, the values that it is made of have
 * been read. After that only those of later values are read, one that is broadcast
 * once for each value that it serves.
 */
void tinyts_minimum(const tinyts_minimum_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MINIMUM_H */
