/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_transpose_conv.h"

#include "tinyts_dot.h"
#include "tinyts_requantize.h"

/*
 * Along one axis: taps first, first + stride, ... below `end` reach an output, the first
 * one from input `input`, each later one from the input before it.
 */
typedef struct {
    int32_t first;
    int32_t end;
    int32_t input;
} tinyts_reach;

static tinyts_reach reach(int32_t position, int32_t stride, int32_t kernel,
                          int32_t size) {
    /* position: output + padding, which is input * stride + tap */
    tinyts_reach found = {0, 0, 0};
    int32_t input = position >= 0 ? position / stride : -1;
    if (input >= size) {
        input = size - 1;
    }
    if (input >= 0) {
        found.first = position - input * stride;
        found.input = input;
        found.end = position + 1; /* the tap of input 0, at most */
        if (found.end > kernel) {
            found.end = kernel;
        }
    }
    return found;
}

/* The inputs and taps that reach one output pixel. */
typedef struct {
    const tinyts_transpose_conv_layer *layer;
    tinyts_memory memory;
    tinyts_reach rows;
    tinyts_reach columns;
} tinyts_window;

/* Adds to the sums of `count` channels, one or four, of which the first is `channel`. */
static inline void add_products(const tinyts_window *window, int32_t channel,
                                int32_t count, uint32_t sums[4]) {
    const tinyts_transpose_conv_layer *const layer = window->layer;
    const tinyts_tensor *const input = layer->input;
    const tinyts_reach rows = window->rows;
    const tinyts_reach columns = window->columns;
    const int32_t depth = input->channels;
    const int32_t filter = layer->kernel.h * layer->kernel.w * depth;
    const int32_t offset = layer->params.input_offset;
    const int32_t step = layer->params.stride.w * depth;
    int32_t y = rows.input;
    for (int32_t ky = rows.first; ky < rows.end; ky += layer->params.stride.h, --y) {
        const int8_t *in = tinyts_row(input, window->memory, y) +
                           columns.input * input->pixel_pitch;
        const int8_t *weights = layer->weights + channel * filter +
                                (ky * layer->kernel.w + columns.first) * depth;
        for (int32_t kx = columns.first; kx < columns.end;
             kx += layer->params.stride.w) {
            if (count == 4) {
                tinyts_dot_4(in, weights, filter, depth, offset, sums);
            } else {
                sums[0] += tinyts_dot_1(in, weights, depth, offset);
            }
            in -= input->pixel_pitch;
            weights += step;
        }
    }
}

/* Computes channels channel..channel+count-1, one or four, of one output pixel. */
static inline void compute(const tinyts_window *window, int32_t channel, int32_t count,
                           int8_t *out) {
    const tinyts_transpose_conv_layer *const layer = window->layer;
    uint32_t sums[4];
    for (int32_t i = 0; i < count; ++i) {
        sums[i] = layer->bias ? (uint32_t)layer->bias[channel + i] : 0;
    }
    add_products(window, channel, count, sums);
    for (int32_t i = 0; i < count; ++i) {
        out[channel + i] = tinyts_output(sums[i], layer->quant.multiplier[channel + i],
                                         layer->quant.shift[channel + i],
                                         layer->params.output_offset,
                                         layer->params.activation);
    }
}

void tinyts_transpose_conv(const tinyts_transpose_conv_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_conv_params params = layer->params;
    tinyts_window window = {layer, memory, {0, 0, 0}, {0, 0, 0}};
    for (int32_t y = first; y < last; ++y) {
        int8_t *out = tinyts_row(output, memory, y);
        window.rows = reach(y + params.padding.h, params.stride.h, layer->kernel.h,
                            layer->input->height);
        for (int32_t x = 0; x < output->width; ++x) {
            int32_t c = 0;
            window.columns = reach(x + params.padding.w, params.stride.w,
                                   layer->kernel.w, layer->input->width);
            for (; c + 4 <= output->channels; c += 4) {
                compute(&window, c, 4, out);
            }
            for (; c < output->channels; ++c) {
                compute(&window, c, 1, out);
            }
            out += output->pixel_pitch;
        }
    }
}
