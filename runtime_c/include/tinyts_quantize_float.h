/*
 * QUANTIZE of float32 to int8, uint8 or int16.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_QUANTIZE_FLOAT_H
#define TINYTS_QUANTIZE_FLOAT_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* four channels a value */
    const tinyts_tensor *output;
    int32_t scale;         /* the bits of a float: the output's scale, > 0 */
    int32_t output_type;   /* a tinyts_element_type */
    int32_t output_offset; /* the zero point */
    tinyts_activation activation; /* the range of the output's type */
} tinyts_quantize_float_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The output has the input's height and width. A value is input / scale in single
 * precision, rounded to nearest with halves away from zero, plus the zero point, within
 * the range of the type: as TFLite Micro's AffineQuantize. What leaves the range ends at
 * its border; not a number becomes the least value.
 *
 * In place: a value is read, and read for the last time, before its result is written;
 * values ascend.
 */
void tinyts_quantize_float(const tinyts_quantize_float_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_QUANTIZE_FLOAT_H */
