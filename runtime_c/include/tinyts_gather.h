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

/*
 * Four bytes of an input row of `size` >= 4 bytes, the first at `at`; those of `zeros`
 * where they leave it.
 */
static inline int32_t tinyts_gather_word(const int8_t *row, int32_t at, int32_t size,
                                         uint32_t zeros) {
    const int32_t beyond = at + 4 - size;
    if (at <= -4 || at >= size) {
        return (int32_t)zeros;
    }
    if (at < 0) {
        return (int32_t)((uint32_t)tinyts_load_4(row) << -8 * at |
                         zeros >> (32 + 8 * at));
    }
    if (beyond > 0) {
        return (int32_t)((uint32_t)tinyts_load_4(row + size - 4) >> 8 * beyond |
                         zeros << (32 - 8 * beyond));
    }
    return tinyts_load_4(row + at);
}

/* A byte of an input row of `size` bytes; a zero point where it leaves it. */
static inline int8_t tinyts_gather_byte(const tinyts_packed_conv *conv,
                                        const int8_t *row, int32_t at, int32_t size) {
    return row && 0 <= at && at < size ? row[at] : conv->zeros[0];
}

/* A window whose first column is in_x, with zero points where it leaves the input. */
TINYTS_APART void tinyts_gather(const tinyts_packed_conv *conv,
                                const tinyts_tensor *input, const int8_t *const *rows,
                                int32_t in_x, int8_t *to) {
    const int32_t depth = input->channels;
    const int32_t length = conv->kernel.w * depth;
    const int32_t words = length & ~3;
    const int32_t size = input->width * depth;
    const int32_t start = in_x * depth;
    const int32_t inside = tinyts_window_inside(conv, input, in_x);
    int8_t *left_over = to + conv->kernel.h * words;
    if (inside) {
        for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
            const int8_t *const row = tinyts_window_row(conv, input, rows, ky, in_x);
            for (int32_t i = 0; i < words; i += 4, to += 4) {
                tinyts_store_4(to, tinyts_load_4(row + i));
            }
        }
        tinyts_gather_left_over(conv, input, rows, in_x, left_over);
        return;
    }
    const uint32_t zeros = (uint8_t)conv->zeros[0] * UINT32_C(0x01010101);
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        const int8_t *const row = rows[ky];
        int32_t i = 0;
        for (; i < words && size >= 4; i += 4, to += 4) {
            const int32_t word =
                row ? tinyts_gather_word(row, start + i, size, zeros) : (int32_t)zeros;
            tinyts_store_4(to, word);
        }
        for (; i < words; ++i) {
            *to++ = tinyts_gather_byte(conv, row, start + i, size);
        }
        for (; i < length; ++i) {
            *left_over++ = tinyts_gather_byte(conv, row, start + i, size);
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_GATHER_H */
