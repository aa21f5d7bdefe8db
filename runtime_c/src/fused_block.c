/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_block.h"

#include "tinyts_conv_2d_row.h"
#include "tinyts_depthwise_row.h"
#include "tinyts_fused_block_steps.h"

/* Channels whose sums are kept while the taps pass by. */
#define BLOCK 16

/* Row i, columns first..last-1 of the middle, into their place or the ring. */
static void produce(const tinyts_fused_block_layer *layer,
                    const tinyts_block_middle *middle, int32_t i, int32_t first,
                    int32_t last) {
    const tinyts_tensor input = *layer->input;
    const int32_t channels = middle->middle->channels;
    tinyts_conv_stage stage = layer->producer;
    if (stage.ch_mult == 0) {
        const int32_t padding = stage.params.padding.w;
        for (int32_t x = first; x < last; ++x) {
            stage.params.padding.w = padding - x * stage.params.stride.w;
            tinyts_conv_2d_row(&stage, &input, middle->memory, i, 1, 0, channels,
                               tinyts_block_find(middle, i, x), channels);
        }
        return;
    }
    const tinyts_depthwise_input whole = tinyts_depthwise_whole(&input, middle->memory);
    const int32_t in_y = tinyts_depthwise_origin(&stage, i);
    const tinyts_taps rows = tinyts_depthwise_rows(&stage, &input, in_y);
    for (int32_t x = first; x < last; ++x) {
        tinyts_depthwise_pixel(&stage, &whole, rows, in_y, x, channels, 0, channels,
                               tinyts_block_find(middle, i, x));
    }
}

/* The depthwise convolution's pixel whose window begins at row in_y, column in_x. */
static void consume(const tinyts_conv_stage *stage, const tinyts_block_middle *middle,
                    int32_t in_y, int32_t in_x, int8_t *out) {
    const tinyts_tensor *const tensor = middle->middle;
    const tinyts_tile dilation = stage->params.dilation;
    const int32_t channels = tensor->channels * stage->ch_mult;
    const int32_t offset = stage->params.input_offset;
    const tinyts_taps rows =
        tinyts_taps_inside(in_y, dilation.h, stage->kernel.h, tensor->height);
    const tinyts_taps columns =
        tinyts_taps_inside(in_x, dilation.w, stage->kernel.w, tensor->width);
    for (int32_t c = 0; c < channels; c += BLOCK) {
        const int32_t end = tinyts_block_smaller(c + BLOCK, channels);
        uint32_t sums[BLOCK] = {0};
        for (int32_t ky = rows.first; ky < rows.last; ++ky) {
            for (int32_t kx = columns.first; kx < columns.last; ++kx) {
                const int8_t *const in = tinyts_block_find(
                    middle, in_y + ky * dilation.h, in_x + kx * dilation.w);
                const int8_t *const w =
                    stage->weights + (ky * stage->kernel.w + kx) * channels;
                for (int32_t i = c; i < end; ++i) {
                    const int32_t value = in[i / stage->ch_mult] + offset;
                    sums[i - c] += (uint32_t)(value * w[i]);
                }
            }
        }
        for (int32_t i = c; i < end; ++i) {
            out[i] = tinyts_conv_output(stage, sums[i - c], i);
        }
    }
}

/* Row y of the output. */
static void run(const tinyts_fused_block_layer *layer, tinyts_block_middle *middle,
                int32_t y, int8_t *pixel) {
    const tinyts_conv_stage consumer = layer->consumer;
    const tinyts_tensor *const output = layer->output;
    const int32_t width = middle->middle->width;
    const int32_t channels = middle->middle->channels * consumer.ch_mult;
    const int32_t extent = (consumer.kernel.w - 1) * consumer.params.dilation.w + 1;
    const int32_t in_y = tinyts_depthwise_origin(&consumer, y);
    const tinyts_tensor between = {NULL, 0, 0, (uint16_t)channels, 0, TINYTS_ROWS_PITCH,
                                   1,    1, (uint16_t)channels};
    int8_t *const place[] = {pixel};
    int8_t *out = tinyts_row(output, middle->memory, y);
    int32_t first = 0; /* columns before are read no more */
    int32_t last = 0;  /* columns before are computed */
    for (int32_t x = 0; x < output->width; ++x) {
        const int32_t in_x = x * consumer.params.stride.w - consumer.params.padding.w;
        const tinyts_taps window = tinyts_clipped(in_x, extent, width);
        tinyts_block_put(middle, first, tinyts_block_smaller(window.first, last));
        first = window.first;
        last = tinyts_block_larger(first, last);
        for (int32_t i = middle->rows.kept_end; i < middle->rows.last; ++i) {
            produce(layer, middle, i, last, window.last);
        }
        last = tinyts_block_larger(last, window.last);
        consume(&consumer, middle, in_y, in_x, pixel);
        tinyts_conv_2d_row(&layer->project, &between, place, 0, 1, 0, output->channels,
                           out, output->pixel_pitch);
        out += output->pixel_pitch;
    }
    tinyts_block_put(middle, first, last);
}

void tinyts_fused_block(const tinyts_fused_block_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last) {
    const tinyts_tensor tensor = *layer->middle;
    const tinyts_conv_params params = layer->consumer.params;
    const tinyts_tile kernel = layer->consumer.kernel;
    const tinyts_block_rows rows = {(kernel.h - 1) * params.dilation.h + 1,
                                    params.stride.h,
                                    params.padding.h,
                                    tensor.height,
                                    layer->keep,
                                    layer->first_row,
                                    layer->last_row};
    const int32_t extent = (kernel.w - 1) * params.dilation.w + 1;
    int8_t *const scratch = tinyts_row(layer->scratch, memory, first);
    tinyts_block_middle middle = {&tensor, memory, {0, 0, 0, 0, 0, 0},
                                  scratch + tensor.channels * layer->consumer.ch_mult,
                                  tinyts_block_smaller(extent, tensor.width)};
    for (int32_t y = first; y < last; ++y) {
        middle.rows = tinyts_block_look(&rows, y);
        run(layer, &middle, y, scratch);
    }
}
