/*
 * Windows of a convolution copied together: of every kernel row as many whole words as
 * it has, then the bytes that are left over of all rows, then anything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_GATHER_H
#define TINYTS_GATHER_H

#include "tinyts_packed_conv.h"
#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether all columns of a window lie in the input. */
static inline int32_t tinyts_window_inside(const tinyts_packed_conv *conv,
                                           const tinyts_tensor *input, int32_t in_x) {
    const int32_t last = in_x + (conv->kernel.w - 1) * conv->params.dilation.w;
    return 0 <= in_x && last < input->width;
}

/* Kernel row ky of a window whose columns all lie in the input. */
static inline const int8_t *tinyts_window_row(const tinyts_packed_conv *conv,
                                              const tinyts_tensor *input,
                                              const int8_t *const *rows, int32_t ky,
                                              int32_t in_x) {
    return rows[ky] ? rows[ky] + in_x * input->pixel_pitch : conv->zeros;
}

/* The bytes left over of all kernel rows of a window inside; the place behind them. */
static inline int8_t *tinyts_gather_left_over(const tinyts_packed_conv *conv,
                                              const tinyts_tensor *input,
                                              const int8_t *const *rows, int32_t in_x,
                                              int8_t *to) {
    const int32_t length = conv->kernel.w * input->channels;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        const int8_t *const row = tinyts_window_row(conv, input, rows, ky, in_x);
        for (int32_t i = length & ~3; i < length; ++i) {
            int32_t value = row[i];
            TINYTS_OPAQUE(value); /* a call of memcpy would be slower */
            *to++ = (int8_t)value;
        }
    }
    return to;
}

/* A window whose first column is in_x, with zero points where it leaves the input. */
TINYTS_APART void tinyts_gather(const tinyts_packed_conv *conv,
                                const tinyts_tensor *input, const int8_t *const *rows,
                                int32_t in_x, int8_t *to) {
    const int32_t depth = input->channels;
    const int32_t length = conv->kernel.w * depth;
    const int32_t words = length & ~3;
    const int32_t inside = tinyts_window_inside(conv, input, in_x);
    int8_t *left_over = to + conv->kernel.h * words;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        if (inside) {
            const int8_t *const row = tinyts_window_row(conv, input, rows, ky, in_x);
            for (int32_t i = 0; i < words; i += 4, to += 4) {
                tinyts_store_4(to, tinyts_load_4(row + i));
            }
            continue;
        }
        for (int32_t i = 0; i < length; ++i) {
            const int32_t at = in_x * depth + i;
            const int32_t exists =
                rows[ky] && 0 <= at && at < input->width * depth;
            const int8_t value = exists ? rows[ky][at] : conv->zeros[0];
            if (i < words) {
                *to++ = value;
            } else {
                *left_over++ = value;
            }
        }
    }
    if (inside) {
        tinyts_gather_left_over(conv, input, rows, in_x, left_over);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_GATHER_H */
