/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_paired_conv.h"

#include "tinyts_gather.h"
#include "tinyts_widen.h"

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

/*
 * A gathered window of one pixel whose kernel rows are a word each. Of these the input,
 * whose rows have `size` >= 4 bytes, holds bytes `before`..3 or 0..3-beyond, if any.
 */
static inline void widen_words(const tinyts_packed_conv *conv,
                               const int8_t *const *rows, int32_t at, int32_t size,
                               int32_t *values) {
    const uint8_t zero = conv->zeros ? (uint8_t)conv->zeros[0] : 0;
    const uint32_t zeros = zero * UINT32_C(0x01010101);
    const int32_t before = at < 0 ? -at : 0;
    const int32_t beyond = at + 4 > size ? at + 4 - size : 0;
    const int32_t some = before < 4 && beyond < 4;
    const int32_t from = before ? 0 : at - beyond;
    const uint32_t fill = !some || !(before || beyond) ? 0
                          : before ? zeros >> (32 - 8 * before)
                                   : zeros << (32 - 8 * beyond);
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        uint32_t word = zeros;
        if (some && rows[ky]) {
            word = (uint32_t)tinyts_load_4(rows[ky] + from);
            word = word << 8 * before >> 8 * beyond | fill;
        }
        values[0] = tinyts_sxtb16((int32_t)word);
        values[2] = tinyts_sxtb16_ror8((int32_t)word);
        values += 4;
    }
}

/* The window of one pixel whose first column is in_x. */
TINYTS_APART void widen_window(const tinyts_packed_conv *conv,
                               const tinyts_tensor *input, const int8_t *const *rows,
                               int32_t in_x, int32_t *values) {
    const int32_t depth = input->channels;
    if (conv->gathered && conv->kernel.w * depth == 4 && input->width * depth >= 4) {
        widen_words(conv, rows, in_x * depth, input->width * depth, values);
        return;
    }
    if (conv->gathered) {
        int32_t window[TINYTS_MAX_GATHERED / 4] = {0};
        tinyts_gather(conv, input, rows, in_x, (int8_t *)window);
        widen_1(values, (const int8_t *)window, conv->gathered / 4);
        return;
    }
    const int32_t by_rows =
        tinyts_window_inside(conv, input, in_x) && !tinyts_packed_by_taps(conv, input);
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        if (by_rows && depth % 4 == 0) {
            const int8_t *const left = tinyts_window_row(conv, input, rows, ky, in_x);
            values = widen_1(values, left, conv->kernel.w * depth / 4);
            continue;
        }
        for (int32_t kx = 0; kx < conv->kernel.w; ++kx) {
            const int32_t x = in_x + kx * conv->params.dilation.w;
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

/* The windows of two pixels inside, of which the first lies at column in_x. */
TINYTS_APART void widen_taps(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                             const int8_t *const *rows, int32_t in_x, int32_t next,
                             int32_t *values) {
    const int32_t tap = conv->params.dilation.w * input->pixel_pitch;
    const int32_t back = -input->channels & 3;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        for (int32_t kx = 0; kx < conv->kernel.w; ++kx) {
            const int8_t *left = conv->zeros;
            const int8_t *right = left;
            if (rows[ky]) {
                left = rows[ky] + in_x * input->pixel_pitch + kx * tap;
                right = left + next;
            }
            tinyts_widen_2(&values, &left, &right, input->channels / 4);
            if (back) {
                left -= back;
                right -= back;
                tinyts_widen_word(&values, &left, &right);
            }
        }
    }
}

/* What is left over of the rows of a window inside. */
static inline void widen_left_over(const tinyts_packed_conv *conv,
                                   const tinyts_tensor *input,
                                   const int8_t *const *rows, int32_t in_x,
                                   int32_t *values) {
    int32_t bytes[TINYTS_MAX_GATHERED / 4];
    const int8_t *const end =
        tinyts_gather_left_over(conv, input, rows, in_x, (int8_t *)bytes);
    const int8_t *x = (const int8_t *)bytes;
    for (; x < end; x += 4, values += 4) {
        const int32_t word = tinyts_load_4(x);
        values[0] = tinyts_sxtb16(word);
        values[2] = tinyts_sxtb16_ror8(word);
    }
}

void tinyts_paired_row(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                       tinyts_memory memory, int32_t y, int32_t width,
                       const int32_t *stream, int32_t channels, int8_t *out,
                       int32_t pitch, int32_t *values, tinyts_pending *pending) {
    const int8_t *rows[TINYTS_MAX_RUNS];
    const int8_t *const run = (const int8_t *)values;
    const int32_t depth = input->channels;
    const int32_t columns = conv->kernel.w;
    const int32_t in_y = y * conv->params.stride.h - conv->params.padding.h;
    const int32_t step = conv->params.stride.w;
    const int32_t words = columns * depth / 4; /* of a kernel row */
    const int32_t back = conv->gathered ? 0 : -depth & 3;
    const int32_t left_over = conv->gathered ? columns * depth & 3 : 0;
    const int32_t one_left_over = left_over == 1 && conv->kernel.h <= 4;
    int32_t one_word = words == 1 && !left_over && !back; /* and all rows exist */
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        const int32_t row = in_y + ky * conv->params.dilation.h;
        rows[ky] = 0 <= row && row < input->height ? tinyts_row(input, memory, row) : NULL;
        one_word = one_word && rows[ky];
    }
    const int32_t all = conv->gathered
                            ? conv->gathered / 4
                            : conv->kernel.h * columns * ((depth + 3) / 4);
    tinyts_panel_job job = {&run, 1, all, 0, 2, 0, stream, channels, out, pitch,
                            conv->shift, conv->params.activation};
    /* of a window inside */
    const int32_t last_x = input->width - (columns - 1) * conv->params.dilation.w - 1;
    const int32_t by_taps = tinyts_packed_by_taps(conv, input);
    const int32_t next = step * input->pixel_pitch;
    int32_t in_x = -conv->params.padding.w;
    int32_t x = 0;
    if (pending->out) {
        widen_window(conv, input, rows, in_x, values + 1);
        job.out = pending->out;
        job.out_step = (int32_t)(out - pending->out);
        conv->panel(&job);
        job.out = out + pitch;
        job.out_step = pitch;
        pending->out = NULL;
        in_x += step;
        x = 1;
    }
    /* a pixel is a word, together with a byte of the next one that has no weight */
    const int32_t short_pixels =
        conv->gathered == 4 && depth == 3 && columns == 1 && conv->kernel.h == 1;
    for (; x + 2 <= width; x += 2) {
        if (short_pixels && rows[0] && in_x >= 0 && in_x + step < last_x) {
            int32_t *place = values;
            const int8_t *left = rows[0] + in_x * input->pixel_pitch;
            const int8_t *right = left + next;
            tinyts_widen_word(&place, &left, &right);
        } else if (by_taps && in_x >= 0 && in_x + step <= last_x) {
            widen_taps(conv, input, rows, in_x, next, values);
        } else if (in_x >= 0 && in_x + step <= last_x) {
            int32_t *place = values;
            const int32_t from = in_x * input->pixel_pitch;
            uint32_t x_bytes = 0; /* one left over of each kernel row */
            uint32_t y_bytes = 0;
            int32_t ky = 0;
            for (; one_word && ky < conv->kernel.h; ++ky) {
                const int8_t *left = rows[ky] + from;
                const int8_t *right = left + next;
                tinyts_widen_word(&place, &left, &right);
            }
            for (; ky < conv->kernel.h; ++ky) {
                const int8_t *left = conv->zeros;
                const int8_t *right = left;
                if (rows[ky]) {
                    left = rows[ky] + from;
                    right = left + next;
                }
                tinyts_widen_2(&place, &left, &right, words);
                if (one_left_over) {
                    x_bytes |= (uint32_t)(uint8_t)*left << 8 * ky;
                    y_bytes |= (uint32_t)(uint8_t)*right << 8 * ky;
                } else if (back) {
                    left -= back;
                    right -= back;
                    tinyts_widen_word(&place, &left, &right);
                }
            }
            if (one_left_over) {
                place[0] = tinyts_sxtb16((int32_t)x_bytes);
                place[1] = tinyts_sxtb16((int32_t)y_bytes);
                place[2] = tinyts_sxtb16_ror8((int32_t)x_bytes);
                place[3] = tinyts_sxtb16_ror8((int32_t)y_bytes);
            } else if (left_over) {
                widen_left_over(conv, input, rows, in_x, place);
                widen_left_over(conv, input, rows, in_x + step, place + 1);
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
        if (pending->more) {
            pending->out = job.out;
            return;
        }
        job.pixels = 1;
        conv->panel(&job);
    }
}
