/*
 * SOFTMAX, int8 to int16, over the channels of every pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SOFTMAX_INT16_H
#define TINYTS_SOFTMAX_INT16_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* twice the channels: int16 of scale 1/65536, zero
                                   * point -32768 */
    int32_t multiplier; /* of a difference to Q5.26: Q0.31, ... */
    int32_t shift;      /* ... times 2^shift, 0..31 */
    int32_t diff_min;   /* differences below count as exp = 0; -diff_min << shift
                         * is at most 31 << 26 */
} tinyts_softmax_int16_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * At most 4095 channels. Arithmetic as TFLite Micro's reference Softmax for int8 to
 * int16: exp and the reciprocal of the sum in gemmlowp's fixed-point polynomials.
 */
void tinyts_softmax_int16(const tinyts_softmax_int16_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SOFTMAX_INT16_H */
