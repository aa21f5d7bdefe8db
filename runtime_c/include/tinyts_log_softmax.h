/*
 * LOG_SOFTMAX, int8, over the channels of every pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_LOG_SOFTMAX_H
#define TINYTS_LOG_SOFTMAX_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* same shape; scale 1/16, zero point 127 */
    int32_t multiplier; /* of a difference to Q5.26: Q0.31, ... */
    int32_t shift;      /* ... times 2^shift, 0..31 */
    int32_t diff_min;   /* differences below count as exp = 0; -diff_min << shift
                         * is at most 31 << 26 */
    tinyts_per_tensor_quant_params reverse_quant; /* of Q5.26 to a difference */
} tinyts_log_softmax_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * At most 4095 channels. Arithmetic as TFLite Micro's reference LogSoftmax for int8:
 * exp, the logarithm and a reciprocal in gemmlowp's fixed point.
 *
 * In place: when channel c of a pixel is written, its channels up to c have been read
 * for the last time. After that only its channels above c are read, and later pixels.
 */
void tinyts_log_softmax(const tinyts_log_softmax_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_LOG_SOFTMAX_H */
