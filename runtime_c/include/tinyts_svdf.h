/*
 * SVDF, int8: filters of the features, whose last results are kept, and filters of these
 * over time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SVDF_H
#define TINYTS_SVDF_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [1, 1, K] */
    const tinyts_tensor *output; /* [1, 1, F / rank] */
    const tinyts_tensor *state;  /* the last `depth` results of each filter, the newest
                                  * last: [F][depth] of int8, or int16, at any address */
    const int8_t *feature_weights;  /* [F][K] */
    const int8_t *time_weights_8;   /* [F][depth], or NULL ... */
    const int16_t *time_weights_16; /* ... where the state is int16 */
    const int32_t *bias;            /* [F / rank] */
    int32_t rank;                   /* filters of an output channel, >= 1 */
    int32_t depth;                  /* >= 1 */
    int32_t input_offset;           /* minus the zero point of the input */
    int32_t state_zero_point;       /* 0 where the state is int16 */
    int32_t output_offset;          /* zero point of the output */
    tinyts_per_tensor_quant_params feature_quant; /* of a sum of features */
    tinyts_per_tensor_quant_params output_quant;  /* of a sum over time */
} tinyts_svdf_layer;

/*
 * Compute the output, and update the state where it lies. first = 0, last = 1.
 *
 * Accumulates modulo 2^32. Arithmetic as TFLite Micro's EvalIntegerSvdfReference: what
 * enters the state is clamped to its type before its zero point is added.
 */
void tinyts_svdf(const tinyts_svdf_layer *layer, tinyts_memory memory, int32_t first,
                 int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SVDF_H */
