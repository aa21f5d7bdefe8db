/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_pixels.h"

#include "tinyts_depthwise_row.h"
#include "tinyts_dot.h"

/* All `outputs` channels of a pixel of the 1x1 convolution of `inputs` channels. */
static inline void consume(const tinyts_conv_stage *stage, const int8_t *in,
                           int32_t inputs, int8_t *out, int32_t outputs) {
    const int32_t offset = stage->params.input_offset;
    const int8_t *weights = stage->weights;
    int32_t channel = 0;
    for (; channel + 4 <= outputs; channel += 4) {
        uint32_t sums[4] = {0, 0, 0, 0};
        tinyts_dot_4(in, weights, inputs, inputs, offset, sums);
        for (int32_t i = 0; i < 4; ++i) {
            out[channel + i] = tinyts_conv_output(stage, sums[i], channel + i);
        }
        weights += 4 * inputs;
    }
    for (; channel < outputs; ++channel) {
        const uint32_t sum = tinyts_dot_1(in, weights, inputs, offset);
        out[channel] = tinyts_conv_output(stage, sum, channel);
        weights += inputs;
    }
}

void tinyts_fused_pixels(const tinyts_fused_pixels_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor tensor = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_conv_stage producer = layer->producer;
    const tinyts_conv_stage consumer = layer->consumer;
    const tinyts_depthwise_input input = tinyts_depthwise_whole(&tensor, memory);
    const int32_t channels = tensor.channels * producer.ch_mult;
    int8_t *const scratch = tinyts_row(layer->scratch, memory, first);
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        const int32_t in_y = tinyts_depthwise_origin(&producer, y);
        const tinyts_taps rows = tinyts_depthwise_rows(&producer, &tensor, in_y);
        for (int32_t x = 0; x < output.width; ++x) {
            tinyts_depthwise_pixel(&producer, &input, rows, in_y, x, channels, 0,
                                   channels, scratch);
            consume(&consumer, scratch, channels, row + x * output.pixel_pitch,
                    output.channels);
        }
    }
}
