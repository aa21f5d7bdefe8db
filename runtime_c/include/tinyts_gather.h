/*
 * Windows of a convolution copied together.
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

/* Copies `bytes` bytes; nothing beyond them is touched. */
TINYTS_APART int8_t *tinyts_gather_copy(int8_t *to, const int8_t *from, int32_t bytes) {
    for (; bytes >= 4; bytes -= 4, to += 4, from += 4) {
        tinyts_store_4(to, tinyts_load_4(from));
    }
    for (; bytes > 0; --bytes) {
        *to++ = *from++;
    }
    return to;
}

/* A window whose first column is in_x, row after row, with zero points around. */
TINYTS_APART void tinyts_gather(const tinyts_packed_conv *conv,
                                const tinyts_tensor *input,
                                const int8_t *const *rows, int32_t in_x, int8_t *to) {
    const int32_t depth = input->channels;
    const tinyts_taps columns = tinyts_taps_inside(in_x, 1, conv->kernel.w, input->width);
    const int32_t left = columns.first * depth;
    const int32_t inside = (columns.last - columns.first) * depth;
    const int32_t right = (conv->kernel.w - columns.last) * depth;
    const int32_t from = (in_x + columns.first) * input->pixel_pitch;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        to = left ? tinyts_gather_copy(to, conv->zeros, left) : to;
        if (inside) {
            to = tinyts_gather_copy(to, rows[ky] ? rows[ky] + from : conv->zeros, inside);
        }
        to = right ? tinyts_gather_copy(to, conv->zeros, right) : to;
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_GATHER_H */
