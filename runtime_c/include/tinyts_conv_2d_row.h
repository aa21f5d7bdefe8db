/*
 * Rows of a CONV_2D, all output channels or some.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_ROW_H
#define TINYTS_CONV_2D_ROW_H

#include "tinyts_conv_stage.h"
#include "tinyts_dot.h"
#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What one output pixel sees: in each of its kernel rows, `runs` runs of `length`
 * values, `input_step` bytes from each to the next; their weights follow one another.
 */
typedef struct {
    tinyts_taps rows;     /* kernel rows that lie in the input */
    int32_t y;            /* input row of kernel row 0 */
    int32_t runs;         /* one where pixels and taps lie without gaps */
    int32_t length;
    int32_t input_first;  /* byte of an input row where the first run begins */
    int32_t input_step;
    int32_t weight_first; /* weight of a kernel row where the first run begins */
} tinyts_conv_2d_window;

static inline tinyts_conv_2d_window tinyts_conv_2d_look(const tinyts_conv_stage *stage,
                                                        const tinyts_tensor *input,
                                                        tinyts_taps rows, int32_t y,
                                                        int32_t x) {
    const int32_t dilation = stage->params.dilation.w;
    const tinyts_taps columns =
        tinyts_taps_inside(x, dilation, stage->kernel.w, input->width);
    const int32_t taps = columns.last - columns.first;
    tinyts_conv_2d_window window = {rows, y, 0, 0, 0, 0, 0};
    if (taps <= 0) {
        return window;
    }
    window.input_first = (x + columns.first * dilation) * input->pixel_pitch;
    window.weight_first = columns.first * input->channels;
    if (input->pixel_pitch == input->channels && dilation == 1) {
        window.runs = 1;
        window.length = taps * input->channels;
        return window;
    }
    window.runs = taps;
    window.length = input->channels;
    window.input_step = dilation * input->pixel_pitch;
    return window;
}

/* Sums of products of four output channels, whose weights lie one after another. */
static inline void tinyts_conv_2d_sum_4(const tinyts_conv_stage *stage,
                                        const tinyts_tensor *input,
                                        tinyts_memory memory,
                                        const tinyts_conv_2d_window *window,
                                        const int8_t *weights, uint32_t sums[4]) {
    const int32_t row_weights = stage->kernel.w * input->channels;
    const int32_t filter = stage->kernel.h * row_weights;
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * stage->params.dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        const int8_t *w = weights + ky * row_weights + window->weight_first;
        int32_t at = window->input_first;
        for (int32_t run = 0; run < window->runs; ++run) {
            tinyts_dot_4(row + at, w, filter, window->length,
                         stage->params.input_offset, sums);
            at += window->input_step;
            w += window->length;
        }
    }
}

/* The same for one output channel. */
static inline uint32_t tinyts_conv_2d_sum_1(const tinyts_conv_stage *stage,
                                            const tinyts_tensor *input,
                                            tinyts_memory memory,
                                            const tinyts_conv_2d_window *window,
                                            const int8_t *weights) {
    const int32_t row_weights = stage->kernel.w * input->channels;
    uint32_t sum = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * stage->params.dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        const int8_t *w = weights + ky * row_weights + window->weight_first;
        int32_t at = window->input_first;
        for (int32_t run = 0; run < window->runs; ++run) {
            sum += tinyts_dot_1(row + at, w, window->length,
                                stage->params.input_offset);
            at += window->input_step;
            w += window->length;
        }
    }
    return sum;
}

/*
 * Output row y: channels first..last-1 of `width` pixels, written to `out`, where
 * channel `first` of the first pixel goes, every `pitch` bytes. Pixels ascend; while
 * the channels of one are written, its window is still read.
 */
TINYTS_APART void tinyts_conv_2d_row(const tinyts_conv_stage *stage,
                                     const tinyts_tensor *tensor, tinyts_memory memory,
                                     int32_t y, int32_t width, int32_t first,
                                     int32_t last, int8_t *out, int32_t pitch) {
    const tinyts_tensor copy = *tensor; /* that no store to the output changes */
    const tinyts_tensor *const input = &copy;
    const int32_t filter = stage->kernel.h * stage->kernel.w * input->channels;
    const int32_t in_y = y * stage->params.stride.h - stage->params.padding.h;
    const tinyts_taps rows = tinyts_taps_inside(in_y, stage->params.dilation.h,
                                                stage->kernel.h, input->height);
    for (int32_t x = 0; x < width; ++x) {
        const int32_t in_x = x * stage->params.stride.w - stage->params.padding.w;
        const tinyts_conv_2d_window window =
            tinyts_conv_2d_look(stage, input, rows, in_y, in_x);
        const int8_t *weights = stage->weights + first * filter;
        int8_t *const pixel = out + x * pitch;
        int32_t channel = first;
        for (; channel + 4 <= last; channel += 4) {
            uint32_t sums[4];
            tinyts_conv_2d_sum_4(stage, input, memory, &window, weights, sums);
            for (int32_t i = 0; i < 4; ++i) {
                pixel[channel - first + i] =
                    tinyts_conv_output(stage, sums[i], channel + i);
            }
            weights += 4 * filter;
        }
        for (; channel < last; ++channel) {
            const uint32_t sum =
                tinyts_conv_2d_sum_1(stage, input, memory, &window, weights);
            pixel[channel - first] = tinyts_conv_output(stage, sum, channel);
            weights += filter;
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_ROW_H */
