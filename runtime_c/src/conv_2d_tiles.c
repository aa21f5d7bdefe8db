/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_conv_2d_tiles.h"

#include "tinyts_conv_2d_row.h"

/* The columns first..last-1 of the input that a window sees, which begins at (y, x). */
typedef struct {
    const tinyts_tiles *input;
    int32_t first;
    int32_t last;
    tinyts_taps rows;
    int32_t y;
    int32_t x;
} spanned;

static inline tinyts_conv_2d_window look(const tinyts_conv_stage *stage,
                                         const spanned *span, int32_t column) {
    return tinyts_conv_2d_look(stage, &span->input->columns[column], span->rows,
                               span->y, span->x - span->input->borders[column]);
}

/* Sums of products of four output channels. */
static void sum_4(const tinyts_conv_stage *stage, tinyts_memory memory,
                  const spanned *span, const int8_t *weights, uint32_t sums[4]) {
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (int32_t column = span->first; column < span->last; ++column) {
        const tinyts_conv_2d_window window = look(stage, span, column);
        uint32_t part[4];
        tinyts_conv_2d_sum_4(stage, &span->input->columns[column], memory, &window,
                             weights, part);
        for (int32_t i = 0; i < 4; ++i) {
            sums[i] += part[i];
        }
    }
}

/* The same for one. */
static uint32_t sum_1(const tinyts_conv_stage *stage, tinyts_memory memory,
                      const spanned *span, const int8_t *weights) {
    uint32_t sum = 0;
    for (int32_t column = span->first; column < span->last; ++column) {
        const tinyts_conv_2d_window window = look(stage, span, column);
        sum += tinyts_conv_2d_sum_1(stage, &span->input->columns[column], memory,
                                    &window, weights);
    }
    return sum;
}

static void compute(const tinyts_conv_stage *stage, tinyts_memory memory,
                    const spanned *span, int8_t *out, int32_t outputs) {
    const int32_t filter =
        stage->kernel.h * stage->kernel.w * span->input->columns[0].channels;
    const int8_t *weights = stage->weights;
    int32_t channel = 0;
    for (; channel + 4 <= outputs; channel += 4) {
        uint32_t sums[4];
        sum_4(stage, memory, span, weights, sums);
        for (int32_t i = 0; i < 4; ++i) {
            out[channel + i] = tinyts_conv_output(stage, sums[i], channel + i);
        }
        weights += 4 * filter;
    }
    for (; channel < outputs; ++channel) {
        const uint32_t sum = sum_1(stage, memory, span, weights);
        out[channel] = tinyts_conv_output(stage, sum, channel);
        weights += filter;
    }
}

void tinyts_conv_2d_tiles(const tinyts_conv_2d_tiles_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor output = *call.output;
    const tinyts_tiles input = *layer->input;
    const tinyts_conv_stage stage = {layer->weights, layer->bias,  layer->kernel,
                                     layer->params,  layer->quant, 0};
    const tinyts_conv_params params = layer->params;
    const int32_t extent = (layer->kernel.w - 1) * params.dilation.w + 1;
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        spanned span = {&input, 0, 0, {0, 0}, 0, 0};
        span.y = y * params.stride.h - params.padding.h;
        span.rows = tinyts_taps_inside(span.y, params.dilation.h, layer->kernel.h,
                                       input.columns[0].height);
        for (int32_t x = 0; x < output.width; ++x) {
            span.x = (call.x + x) * params.stride.w - params.padding.w;
            span.first = tinyts_tiles_find(&input, span.x, span.first);
            span.last = tinyts_tiles_end(&input, span.x + extent, span.first);
            compute(&stage, memory, &span, row + x * output.pixel_pitch,
                    output.channels);
        }
    }
}
