/*
 * MEAN or SUM, int8, over any of rows, columns and channels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MEAN_H
#define TINYTS_MEAN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* the kept dimensions, in any [h, w, c] that has them
                                  * in row-major order */
    int32_t reduce_rows;     /* 1: mean over all rows, 0: rows are kept */
    int32_t reduce_columns;  /* likewise */
    int32_t reduce_channels; /* likewise */
    int32_t input_offset;    /* minus the zero point of the input */
    int32_t output_offset;   /* the zero point of the output */
    tinyts_per_tensor_quant_params quant; /* of the sum: includes 1 / count */
} tinyts_mean_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Element i of the output, in row-major order, is element i of the input with the
 * reduced dimensions taken away: (sum + count * input_offset) requantized, plus
 * output_offset, clamped to -128..127, where count values make one mean. Sums are
 * modulo 2^32.
 *
 * With (m, s) = QuantizeMultiplier(input scale / output scale) and
 * k = min(floor(log2(count)), 32, 31 + s): quant.multiplier = floor(m * 2^k / count),
 * quant.shift = s - k. Of SUM: (m, s) itself.
 * Arithmetic as TFLite Micro's reference QuantizedMeanOrSum; whether dimensions are
 * kept makes no difference to it.
 *
 * In place: when an element is written, the values that make it have been read. After
 * that only those of later elements are read.
 */
void tinyts_mean(const tinyts_mean_layer *layer, tinyts_memory memory,
                 int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MEAN_H */
