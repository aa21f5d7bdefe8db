/*
 * RESHAPE, and every other operator that copies bytes in row-major order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_RESHAPE_H
#define TINYTS_RESHAPE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* as many bytes as the input */
} tinyts_reshape_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Byte i of the output, counted in row-major order, is byte i of the input.
 *
 * In place: when byte i is written, it has been read. After that only bytes above i are
 * read.
 */
void tinyts_reshape(const tinyts_reshape_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_RESHAPE_H */
