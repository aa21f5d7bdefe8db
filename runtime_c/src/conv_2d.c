/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_conv_2d.h"

#include "tinyts_requantize.h"
#include "tinyts_window.h"

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
} seen;

static inline seen look(const tinyts_conv_2d_layer *layer, const tinyts_tensor *input,
                        tinyts_taps rows, int32_t y, int32_t x) {
    const int32_t dilation = layer->params.dilation.w;
    const tinyts_taps columns =
        tinyts_taps_inside(x, dilation, layer->kernel.w, input->width);
    const int32_t taps = columns.last - columns.first;
    seen window = {rows, y, 0, 0, 0, 0, 0};
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
static inline void accumulate_4(const tinyts_conv_2d_layer *layer,
                                const tinyts_tensor *input, tinyts_memory memory,
                                const seen *window, const int8_t *weights,
                                uint32_t sums[4]) {
    const int32_t row_weights = layer->kernel.w * input->channels;
    const int32_t filter = layer->kernel.h * row_weights;
    const int32_t offset = layer->params.input_offset;
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * layer->params.dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        const int8_t *w_0 = weights + ky * row_weights + window->weight_first;
        int32_t at = window->input_first;
        for (int32_t run = 0; run < window->runs; ++run) {
            const int8_t *const in = row + at;
            const int8_t *const w_1 = w_0 + filter;
            const int8_t *const w_2 = w_1 + filter;
            const int8_t *const w_3 = w_2 + filter;
            for (int32_t i = 0; i < window->length; ++i) {
                const int32_t value = in[i] + offset;
                sum_0 += (uint32_t)(value * w_0[i]);
                sum_1 += (uint32_t)(value * w_1[i]);
                sum_2 += (uint32_t)(value * w_2[i]);
                sum_3 += (uint32_t)(value * w_3[i]);
            }
            at += window->input_step;
            w_0 += window->length;
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The same for one output channel. */
static inline uint32_t accumulate_1(const tinyts_conv_2d_layer *layer,
                                    const tinyts_tensor *input, tinyts_memory memory,
                                    const seen *window, const int8_t *weights) {
    const int32_t row_weights = layer->kernel.w * input->channels;
    const int32_t offset = layer->params.input_offset;
    uint32_t sum = 0;
    for (int32_t ky = window->rows.first; ky < window->rows.last; ++ky) {
        const int32_t y = window->y + ky * layer->params.dilation.h;
        const int8_t *const row = tinyts_row(input, memory, y);
        const int8_t *w = weights + ky * row_weights + window->weight_first;
        int32_t at = window->input_first;
        for (int32_t run = 0; run < window->runs; ++run) {
            const int8_t *const in = row + at;
            for (int32_t i = 0; i < window->length; ++i) {
                sum += (uint32_t)((in[i] + offset) * w[i]);
            }
            at += window->input_step;
            w += window->length;
        }
    }
    return sum;
}

static inline int8_t finish(const tinyts_conv_2d_layer *layer, uint32_t sum,
                            int32_t channel) {
    const uint32_t bias = layer->bias == NULL ? 0 : (uint32_t)layer->bias[channel];
    return tinyts_output(sum + bias, layer->quant.multiplier[channel],
                         layer->quant.shift[channel], layer->params.output_offset,
                         layer->params.activation);
}

void tinyts_conv_2d(const tinyts_conv_2d_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t filter = layer->kernel.h * layer->kernel.w * input.channels;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        const int32_t in_y = y * layer->params.stride.h - layer->params.padding.h;
        const tinyts_taps rows = tinyts_taps_inside(in_y, layer->params.dilation.h,
                                                    layer->kernel.h, input.height);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t in_x = x * layer->params.stride.w - layer->params.padding.w;
            const seen window = look(layer, &input, rows, in_y, in_x);
            int8_t *const out = row + x * output.pixel_pitch;
            const int8_t *weights = layer->weights;
            int32_t channel = 0;
            for (; channel + 4 <= output.channels; channel += 4) {
                uint32_t sums[4];
                accumulate_4(layer, &input, memory, &window, weights, sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = finish(layer, sums[i], channel + i);
                }
                weights += 4 * filter;
            }
            for (; channel < output.channels; ++channel) {
                const uint32_t sum =
                    accumulate_1(layer, &input, memory, &window, weights);
                out[channel] = finish(layer, sum, channel);
                weights += filter;
            }
        }
    }
}
