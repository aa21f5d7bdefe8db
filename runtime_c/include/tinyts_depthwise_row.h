/*
 * Rows and pixels of a DEPTHWISE_CONV_2D, all output channels or some.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_ROW_H
#define TINYTS_DEPTHWISE_ROW_H

#include "tinyts_conv_stage.h"
#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The input: rows of a tensor. Some channels of the rows from `fresh_first` on lie in
 * one piece instead.
 */
typedef struct {
    const tinyts_tensor *tensor;
    tinyts_memory memory;
    int32_t fresh_first;
    const int8_t *fresh;       /* [rows][tensor width][fresh_pitch] */
    int32_t fresh_pitch;
    int32_t fresh_channel;     /* channel of the tensor that comes first in a pixel */
} tinyts_depthwise_input;

/* An input whose rows all lie in the tensor. */
static inline tinyts_depthwise_input tinyts_depthwise_whole(const tinyts_tensor *tensor,
                                                            tinyts_memory memory) {
    const tinyts_depthwise_input input = {tensor, memory, INT32_MAX, NULL, 0, 0};
    return input;
}

/* One row of an input, as far as one channel goes. */
typedef struct {
    const int8_t *first; /* of pixel 0 */
    int32_t pitch;
} tinyts_channel_row;

static inline tinyts_channel_row
tinyts_depthwise_find(const tinyts_depthwise_input *input, int32_t y, int32_t channel) {
    tinyts_channel_row row;
    if (y < input->fresh_first) {
        row.first = tinyts_row(input->tensor, input->memory, y) + channel;
        row.pitch = input->tensor->pixel_pitch;
        return row;
    }
    const int32_t pixel = (y - input->fresh_first) * input->tensor->width;
    row.first = input->fresh + pixel * input->fresh_pitch +
                (channel - input->fresh_channel);
    row.pitch = input->fresh_pitch;
    return row;
}

/* What one output pixel sees; no rows if no columns. */
typedef struct {
    tinyts_taps rows;    /* kernel rows that lie in the input */
    tinyts_taps columns; /* kernel columns that lie in the input */
    int32_t y;           /* input row of kernel row 0 */
    int32_t x;           /* input column of the first kernel column of `columns` */
} tinyts_depthwise_window;

static inline tinyts_depthwise_window
tinyts_depthwise_look(const tinyts_conv_stage *stage, const tinyts_tensor *input,
                      tinyts_taps rows, int32_t y, int32_t x) {
    const tinyts_taps none = {0, 0};
    const int32_t dilation = stage->params.dilation.w;
    const tinyts_taps columns =
        tinyts_taps_inside(x, dilation, stage->kernel.w, input->width);
    const tinyts_depthwise_window window = {
        columns.first < columns.last ? rows : none, columns, y,
        x + columns.first * dilation};
    return window;
}

/* Sums of products of output channels channel..channel+3 of `channels`. */
static inline void tinyts_depthwise_sum_4(const tinyts_conv_stage *stage,
                                          const tinyts_depthwise_input *input,
                                          const tinyts_depthwise_window *window,
                                          int32_t channels, int32_t channel,
                                          uint32_t sums[4]) {
    const tinyts_tile dilation = stage->params.dilation;
    const int32_t offset = stage->params.input_offset;
    int32_t in_0 = channel;
    int32_t in_1 = 1;
    int32_t in_2 = 2;
    int32_t in_3 = 3;
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    if (stage->ch_mult != 1) {
        in_0 = channel / stage->ch_mult;
        in_1 = (channel + 1) / stage->ch_mult - in_0;
        in_2 = (channel + 2) / stage->ch_mult - in_0;
        in_3 = (channel + 3) / stage->ch_mult - in_0;
    }
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * dilation.h;
        const tinyts_channel_row row = tinyts_depthwise_find(input, y, in_0);
        const int32_t step = dilation.w * row.pitch;
        int32_t at = window->x * row.pitch;
        int32_t tap = ky * stage->kernel.w + window->columns.first;
        for (int32_t kx = window->columns.first; kx < window->columns.last; ++kx) {
            const int8_t *const in = row.first + at;
            const int8_t *const w = stage->weights + tap * channels + channel;
            sum_0 += (uint32_t)((in[0] + offset) * w[0]);
            sum_1 += (uint32_t)((in[in_1] + offset) * w[1]);
            sum_2 += (uint32_t)((in[in_2] + offset) * w[2]);
            sum_3 += (uint32_t)((in[in_3] + offset) * w[3]);
            at += step;
            ++tap;
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The same for one output channel. */
static inline uint32_t tinyts_depthwise_sum_1(const tinyts_conv_stage *stage,
                                              const tinyts_depthwise_input *input,
                                              const tinyts_depthwise_window *window,
                                              int32_t channels, int32_t channel) {
    const tinyts_tile dilation = stage->params.dilation;
    const int32_t offset = stage->params.input_offset;
    const int32_t in_channel = channel / stage->ch_mult;
    uint32_t sum = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * dilation.h;
        const tinyts_channel_row row = tinyts_depthwise_find(input, y, in_channel);
        int32_t at = window->x * row.pitch;
        int32_t tap = ky * stage->kernel.w + window->columns.first;
        for (int32_t kx = window->columns.first; kx < window->columns.last; ++kx) {
            const int32_t value = row.first[at] + offset;
            sum += (uint32_t)(value * stage->weights[tap * channels + channel]);
            at += dilation.w * row.pitch;
            ++tap;
        }
    }
    return sum;
}

/*
 * Channels first..last-1 of `channels` of the pixel in column x of a row whose kernel
 * rows are `rows`, kernel row 0 at input row in_y; channel `first` goes to out[0].
 * Channels ascend; those read ascend with them.
 */
static inline void tinyts_depthwise_pixel(const tinyts_conv_stage *stage,
                                          const tinyts_depthwise_input *input,
                                          tinyts_taps rows, int32_t in_y, int32_t x,
                                          int32_t channels, int32_t first, int32_t last,
                                          int8_t *out) {
    const int32_t in_x = x * stage->params.stride.w - stage->params.padding.w;
    const tinyts_depthwise_window window =
        tinyts_depthwise_look(stage, input->tensor, rows, in_y, in_x);
    int32_t channel = first;
    for (; channel + 4 <= last; channel += 4) {
        uint32_t sums[4];
        tinyts_depthwise_sum_4(stage, input, &window, channels, channel, sums);
        for (int32_t i = 0; i < 4; ++i) {
            out[channel - first + i] = tinyts_conv_output(stage, sums[i], channel + i);
        }
    }
    for (; channel < last; ++channel) {
        const uint32_t sum =
            tinyts_depthwise_sum_1(stage, input, &window, channels, channel);
        out[channel - first] = tinyts_conv_output(stage, sum, channel);
    }
}

/* Input row of kernel row 0 of output row y. */
static inline int32_t tinyts_depthwise_origin(const tinyts_conv_stage *stage,
                                              int32_t y) {
    return y * stage->params.stride.h - stage->params.padding.h;
}

/* Kernel rows that lie in the input; `in_y` is the input row of kernel row 0. */
static inline tinyts_taps tinyts_depthwise_rows(const tinyts_conv_stage *stage,
                                                const tinyts_tensor *input,
                                                int32_t in_y) {
    return tinyts_taps_inside(in_y, stage->params.dilation.h, stage->kernel.h,
                              input->height);
}

/*
 * Output row y: channels first..last-1 of `channels` of `width` pixels, written to
 * `out`, where channel `first` of the first pixel goes, every `pitch` bytes.
 */
static inline void tinyts_depthwise_row(const tinyts_conv_stage *stage,
                                        const tinyts_depthwise_input *input, int32_t y,
                                        int32_t width, int32_t channels, int32_t first,
                                        int32_t last, int8_t *out, int32_t pitch) {
    const int32_t in_y = tinyts_depthwise_origin(stage, y);
    const tinyts_taps rows = tinyts_depthwise_rows(stage, input->tensor, in_y);
    for (int32_t x = 0; x < width; ++x) {
        tinyts_depthwise_pixel(stage, input, rows, in_y, x, channels, first, last,
                               out + x * pitch);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_ROW_H */
