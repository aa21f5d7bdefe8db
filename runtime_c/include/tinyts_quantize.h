/*
 * QUANTIZE of int8, uint8 or int16 to these or int32: another scale, another zero point.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_QUANTIZE_H
#define TINYTS_QUANTIZE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t input_type;    /* a tinyts_element_type */
    int32_t output_type;   /* a tinyts_element_type */
    int32_t input_offset;  /* minus the zero point */
    int32_t output_offset; /* the zero point */
    tinyts_per_tensor_quant_params quant; /* input scale / output scale */
    tinyts_activation activation;         /* the range of the output's type */
} tinyts_quantize_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The output has the input's height and width, and its channels in values: an int16
 * counts as two channels, an int32 as four. Arithmetic as TFLite Micro's reference Requantize.
 *
 * In place: a value is read, and read for the last time, before its result is written;
 * values ascend.
 */
void tinyts_quantize(const tinyts_quantize_layer *layer, tinyts_memory memory,
                     int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_QUANTIZE_H */
