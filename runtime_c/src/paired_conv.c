/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_paired_conv.h"

#include "tinyts_gather.h"

/* Words of two pixels; the place behind them. */
static inline int32_t *widen_2(int32_t *values, const int8_t *x, const int8_t *y,
                               int32_t words) {
    const int8_t *const end = x + 4 * words;
    while (x != end) {
        const int32_t a = tinyts_load_4(x);
        const int32_t b = tinyts_load_4(y);
        values[0] = tinyts_sxtb16(a);
        values[1] = tinyts_sxtb16(b);
        values[2] = tinyts_sxtb16_ror8(a);
        values[3] = tinyts_sxtb16_ror8(b);
        x += 4;
        y += 4;
        values += 4;
    }
    return values;
}

/* Words of one pixel, where `values` points to its first pair. */
TINYTS_APART int32_t *widen_1(int32_t *values, const int8_t *x, int32_t words) {
    for (int32_t i = 0; i < words; ++i) {
        const int32_t a = tinyts_load_4(x);
        values[0] = tinyts_sxtb16(a);
        values[2] = tinyts_sxtb16_ror8(a);
        x += 4;
        values += 4;
    }
    return values;
}

/* The window of one pixel whose first column is in_x. */
TINYTS_APART void widen_window(const tinyts_packed_conv *conv,
                               const tinyts_tensor *input, const int8_t *const *rows,
                               int32_t in_x, int32_t *values) {
    const int32_t depth = input->channels;
    if (conv->gathered) {
        int32_t window[TINYTS_MAX_GATHERED / 4] = {0};
        tinyts_gather(conv, input, rows, in_x, (int8_t *)window);
        widen_1(values, (const int8_t *)window, conv->gathered / 4);
        return;
    }
    const int32_t inside = 0 <= in_x && in_x + conv->kernel.w <= input->width;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        if (inside && depth % 4 == 0) {
            const int8_t *const left =
                rows[ky] ? rows[ky] + in_x * input->pixel_pitch : conv->zeros;
            values = widen_1(values, left, conv->kernel.w * depth / 4);
            continue;
        }
        for (int32_t kx = 0; kx < conv->kernel.w; ++kx) {
            const int32_t x = in_x + kx;
            const int8_t *tap = conv->zeros;
            if (rows[ky] && 0 <= x && x < input->width) {
                tap = rows[ky] + x * input->pixel_pitch;
            }
            values = widen_1(values, tap, depth / 4);
            if (depth % 4) { /* the last four, of which some have no weights */
                values = widen_1(values, tap + depth - 4, 1);
            }
        }
    }
}

void tinyts_paired_row(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                       tinyts_memory memory, int32_t y, int32_t width,
                       const int32_t *stream, int32_t channels, int8_t *out,
                       int32_t pitch, int32_t *values) {
    const int8_t *rows[TINYTS_MAX_RUNS];
    const int8_t *const run = (const int8_t *)values;
    const int32_t depth = input->channels;
    const int32_t columns = conv->kernel.w;
    const int32_t in_y = y * conv->params.stride.h - conv->params.padding.h;
    const int32_t step = conv->params.stride.w;
    const int32_t words = columns * depth / 4; /* of a kernel row */
    const int32_t back = -depth & 3;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        const int32_t row = in_y + ky;
        rows[ky] = 0 <= row && row < input->height ? tinyts_row(input, memory, row) : NULL;
    }
    const int32_t all = conv->gathered
                            ? conv->gathered / 4
                            : conv->kernel.h * columns * ((depth + 3) / 4);
    tinyts_panel_job job = {&run, 1, all, 0, 2, 0, stream, channels, out, pitch,
                            conv->shift, conv->params.activation};
    const int32_t last_x = input->width - columns; /* of a window inside */
    const int32_t next = step * input->pixel_pitch;
    int32_t in_x = -conv->params.padding.w;
    int32_t x = 0;
    for (; x + 2 <= width; x += 2) {
        if (!conv->gathered && in_x >= 0 && in_x + step <= last_x) {
            int32_t *place = values;
            for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
                const int8_t *left = conv->zeros;
                const int8_t *right = left;
                if (rows[ky]) {
                    left = rows[ky] + in_x * input->pixel_pitch;
                    right = left + next;
                }
                place = widen_2(place, left, right, words);
                if (back) {
                    place = widen_2(place, left + depth - 4, right + depth - 4, 1);
                }
            }
        } else {
            widen_window(conv, input, rows, in_x, values);
            widen_window(conv, input, rows, in_x + step, values + 1);
        }
        conv->panel(&job);
        job.out += 2 * pitch;
        in_x += 2 * step;
    }
    if (x < width) {
        widen_window(conv, input, rows, in_x, values);
        job.pixels = 1;
        conv->panel(&job);
    }
}
