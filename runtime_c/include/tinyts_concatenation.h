/*
 * CONCATENATION, int8; the inputs and the output have one quantization.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONCATENATION_H
#define TINYTS_CONCATENATION_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *const *inputs; /* `count` tensors, in order */
    int32_t count;
    const tinyts_tensor *output;
    int32_t axis; /* 0: along rows, 1: along columns, 2: along channels */
    int32_t first_row; /* of the output, that row 0 of the first input becomes; for
                        * axis 0, where only some of the inputs are listed */
} tinyts_concatenation_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The inputs agree with the output in the other two dimensions and add up to it in
 * this one; along rows, inputs may be left out whose rows are not asked for. Bytes are
 * copied.
 *
 * In place: when a byte of the output is written, it has been read. After that only
 * bytes are read that become later ones, in row-major order.
 */
void tinyts_concatenation(const tinyts_concatenation_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONCATENATION_H */
