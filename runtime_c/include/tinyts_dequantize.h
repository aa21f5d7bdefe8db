/*
 * DEQUANTIZE of int8, uint8 or int16 to float32.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEQUANTIZE_H
#define TINYTS_DEQUANTIZE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* four channels a value */
    int32_t input_type;   /* a tinyts_element_type */
    int32_t input_offset; /* minus the zero point */
    int32_t scale;        /* the bits of a float: the input's scale */
} tinyts_dequantize_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The output has the input's height and width. A value is scale * (input - zero point):
 * the difference is exact in single precision, so the product is rounded once, as TFLite
 * Micro's Dequantize rounds its double.
 *
 * In place: a value is read, and read for the last time, before its result is written;
 * values ascend.
 */
void tinyts_dequantize(const tinyts_dequantize_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEQUANTIZE_H */
