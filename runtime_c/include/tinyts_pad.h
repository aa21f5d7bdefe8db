/*
 * PAD and PADV2, int8: a tensor with a border of one value.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PAD_H
#define TINYTS_PAD_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    int32_t pad_top;   /* rows before the input's, >= 0 */
    int32_t pad_left;  /* columns before */
    int32_t pad_front; /* channels before */
    int32_t value;     /* of the border, -128..127: the zero point for PAD */
} tinyts_pad_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * What follows the input's rows, columns and channels is padding up to the size of the
 * output, which must have room for the input and pad_*.
 *
 * In place: when a pixel of the output is written, the pixel of the input that lies in
 * it has been read. After that only those of later pixels are read.
 */
void tinyts_pad(const tinyts_pad_layer *layer, tinyts_memory memory,
                int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PAD_H */
