/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d.h"

#include "tinyts_requantize.h"
#include "tinyts_window.h"

/* What one output pixel sees; no rows if no columns. */
typedef struct {
    tinyts_taps rows;    /* kernel rows that lie in the input */
    tinyts_taps columns; /* kernel columns that lie in the input */
    int32_t y;           /* input row of kernel row 0 */
    int32_t x;           /* input column of kernel column 0 */
} seen;

static inline seen look(const tinyts_depthwise_conv_2d_layer *layer,
                        const tinyts_tensor *input, tinyts_taps rows, int32_t y,
                        int32_t x) {
    const tinyts_taps none = {0, 0};
    const tinyts_taps columns = tinyts_taps_inside(x, layer->params.dilation.w,
                                                   layer->kernel.w, input->width);
    const seen window = {columns.first < columns.last ? rows : none, columns, y, x};
    return window;
}

/* Sums of products of output channels channel..channel+3 of `channels`. */
static inline void accumulate_4(const tinyts_depthwise_conv_2d_layer *layer,
                                const tinyts_tensor *input, tinyts_memory memory,
                                const seen *window, int32_t channels, int32_t channel,
                                uint32_t sums[4]) {
    const tinyts_tile dilation = layer->params.dilation;
    const int32_t offset = layer->params.input_offset;
    const int32_t step = dilation.w * input->pixel_pitch;
    const int32_t x = window->x + window->columns.first * dilation.w;
    int32_t in_0 = channel;
    int32_t in_1 = channel + 1;
    int32_t in_2 = channel + 2;
    int32_t in_3 = channel + 3;
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    if (layer->ch_mult != 1) {
        in_0 /= layer->ch_mult;
        in_1 /= layer->ch_mult;
        in_2 /= layer->ch_mult;
        in_3 /= layer->ch_mult;
    }
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        int32_t at = x * input->pixel_pitch;
        int32_t tap = ky * layer->kernel.w + window->columns.first;
        for (int32_t kx = window->columns.first; kx < window->columns.last; ++kx) {
            const int8_t *const in = row + at;
            const int8_t *const w = layer->weights + tap * channels + channel;
            sum_0 += (uint32_t)((in[in_0] + offset) * w[0]);
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
static inline uint32_t accumulate_1(const tinyts_depthwise_conv_2d_layer *layer,
                                    const tinyts_tensor *input, tinyts_memory memory,
                                    const seen *window, int32_t channels,
                                    int32_t channel) {
    const tinyts_tile dilation = layer->params.dilation;
    const int32_t offset = layer->params.input_offset;
    const int32_t in_channel = channel / layer->ch_mult;
    uint32_t sum = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        for (int32_t kx = window->columns.first; kx < window->columns.last; ++kx) {
            const int32_t x = window->x + kx * dilation.w;
            const int32_t tap = ky * layer->kernel.w + kx;
            const int32_t value = row[x * input->pixel_pitch + in_channel] + offset;
            sum += (uint32_t)(value * layer->weights[tap * channels + channel]);
        }
    }
    return sum;
}

static inline int8_t finish(const tinyts_depthwise_conv_2d_layer *layer, uint32_t sum,
                            int32_t channel) {
    const uint32_t bias = layer->bias == NULL ? 0 : (uint32_t)layer->bias[channel];
    return tinyts_output(sum + bias, layer->quant.multiplier[channel],
                         layer->quant.shift[channel], layer->params.output_offset,
                         layer->params.activation);
}

void tinyts_depthwise_conv_2d(const tinyts_depthwise_conv_2d_layer *layer,
                              tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t channels = output.channels;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        const int32_t in_y = y * layer->params.stride.h - layer->params.padding.h;
        const tinyts_taps rows = tinyts_taps_inside(in_y, layer->params.dilation.h,
                                                    layer->kernel.h, input.height);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t in_x = x * layer->params.stride.w - layer->params.padding.w;
            const seen window = look(layer, &input, rows, in_y, in_x);
            int8_t *const out = row + x * output.pixel_pitch;
            int32_t channel = 0;
            for (; channel + 4 <= channels; channel += 4) {
                uint32_t sums[4];
                accumulate_4(layer, &input, memory, &window, channels, channel, sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = finish(layer, sums[i], channel + i);
                }
            }
            for (; channel < channels; ++channel) {
                const uint32_t sum = accumulate_1(layer, &input, memory, &window,
                                                  channels, channel);
                out[channel] = finish(layer, sum, channel);
            }
        }
    }
}
