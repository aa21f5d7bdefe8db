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

/* The sum of one output pixel and channel. */
static uint32_t sum_of(const tinyts_transpose_conv_layer *layer, tinyts_memory memory,
                       tinyts_reach rows, tinyts_reach columns, int32_t channel) {
    const tinyts_tensor *const input = layer->input;
    const int32_t depth = input->channels;
    const tinyts_conv_params *const params = &layer->params;
    uint32_t sum = layer->bias ? (uint32_t)layer->bias[channel] : 0;
    int32_t y = rows.input;
    for (int32_t ky = rows.first; ky < rows.end; ky += params->stride.h, --y) {
        const int8_t *const row = tinyts_row(input, memory, y);
        const int8_t *const weights =
            layer->weights +
            (channel * layer->kernel.h + ky) * layer->kernel.w * depth;
        int32_t x = columns.input;
        for (int32_t kx = columns.first; kx < columns.end; kx += params->stride.w, --x) {
            sum += tinyts_dot_1(row + x * input->pixel_pitch, weights + kx * depth,
                                depth, params->input_offset);
        }
    }
    return sum;
}

void tinyts_transpose_conv(const tinyts_transpose_conv_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_conv_params params = layer->params;
    for (int32_t y = first; y < last; ++y) {
        const tinyts_reach rows = reach(y + params.padding.h, params.stride.h,
                                        layer->kernel.h, layer->input->height);
        int8_t *const row = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            const tinyts_reach columns = reach(x + params.padding.w, params.stride.w,
                                               layer->kernel.w, layer->input->width);
            for (int32_t c = 0; c < output->channels; ++c) {
                const uint32_t sum = sum_of(layer, memory, rows, columns, c);
                row[x * output->pixel_pitch + c] =
                    tinyts_output(sum, layer->quant.multiplier[c],
                                  layer->quant.shift[c], params.output_offset,
                                  params.activation);
            }
        }
    }
}
