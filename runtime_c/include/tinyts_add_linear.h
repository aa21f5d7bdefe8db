/*
 * ADD as one pair of multiply-adds, int8. See tinyts_add.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ADD_LINEAR_H
#define TINYTS_ADD_LINEAR_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1; /* as tinyts_broadcast wants it */
    const tinyts_tensor *input_2; /* likewise */
    const tinyts_tensor *output;
    int32_t first;  /* factor of input_1 */
    int32_t second; /* factor of input_2 */
    int32_t offset;
    int32_t shift;  /* 20..23 */
    tinyts_activation activation;
} tinyts_add_linear_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height):
 * clamp((a * layer.first + b * layer.second + offset) >> shift), where no sum leaves 32
 * bits. The compiler has found the numbers and proven for all pairs of int8 values that
 * this is TFLite Micro's result.
 *
 * In place: each value is written after those that make it were read, values ascending.
 */
void tinyts_add_linear(const tinyts_add_linear_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ADD_LINEAR_H */
