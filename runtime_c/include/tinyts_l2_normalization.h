/*
 * L2_NORMALIZATION, int8, over the channels of every pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_L2_NORMALIZATION_H
#define TINYTS_L2_NORMALIZATION_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* same shape; scale 1/128, zero point 0 */
    int32_t input_offset;        /* minus the zero point, -127..128 */
} tinyts_l2_normalization_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * At most 33025 channels: the sum of their squares fits 31 bits.
 * Arithmetic as TFLite Micro's reference L2Normalization for int8: each value times
 * 1 / sqrt(sum of squares) from Newton's iteration in fixed point; a sum of 0 counts as
 * 1.
 *
 * In place: when channel c of a pixel is written, its channels up to c have been read
 * for the last time. After that only its channels above c are read, and later pixels.
 */
void tinyts_l2_normalization(const tinyts_l2_normalization_layer *layer,
                             tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_L2_NORMALIZATION_H */
