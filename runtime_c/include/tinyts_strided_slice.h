/*
 * STRIDED_SLICE, int8: every n-th row, column and channel of a part of the input.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_STRIDED_SLICE_H
#define TINYTS_STRIDED_SLICE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    tinyts_tile stride;     /* >= 1 */
    tinyts_tile padding;    /* minus the first row and column */
    int32_t first_channel;
    int32_t channel_stride; /* >= 1 */
} tinyts_strided_slice_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * Pixel (y, x) is the input's at (y * stride.h - padding.h, x * stride.w - padding.w),
 * which exists; its channel c is the input's first_channel + c * channel_stride. Bytes
 * are copied.
 *
 * In place: a byte is read before its copy is written, and not after that; bytes of the
 * output ascend.
 */
void tinyts_strided_slice(const tinyts_strided_slice_layer *layer,
                          tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_STRIDED_SLICE_H */
