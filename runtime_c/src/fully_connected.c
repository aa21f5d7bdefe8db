/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected.h"

#include "tinyts_requantize.h"
#include "tinyts_vector.h"

static inline int8_t finish(const tinyts_fully_connected_layer *layer, uint32_t sum,
                            int32_t channel) {
    return tinyts_channel_output(sum, layer->bias, channel, layer->quant,
                                 layer->per_channel ? channel : 0,
                                 layer->params.output_offset,
                                 layer->params.activation);
}

void tinyts_fully_connected(const tinyts_fully_connected_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t offset = layer->params.input_offset;
    const int32_t pixels =
        input.height * input.width / (output.height * output.width);
    const int32_t depth = pixels * input.channels;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t pixel = (y * output.width + x) * pixels;
            const tinyts_vector batch = {pixel / input.width, pixel % input.width,
                                         pixels};
            int8_t *const out = row + x * output.pixel_pitch;
            const int8_t *weights = layer->weights;
            uint32_t common = 0; /* what filter_offset adds to every output channel */
            int32_t channel = 0;
            if (layer->params.filter_offset != 0) {
                common = (uint32_t)layer->params.filter_offset *
                         tinyts_vector_total(&input, memory, batch, offset);
            }
            for (; channel + 4 <= output.channels; channel += 4) {
                uint32_t sums[4];
                tinyts_vector_sum_4(&input, memory, batch, weights, depth, offset,
                                    sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = finish(layer, sums[i] + common, channel + i);
                }
                weights += 4 * depth;
            }
            for (; channel < output.channels; ++channel) {
                const uint32_t sum =
                    tinyts_vector_sum_1(&input, memory, batch, weights, offset);
                out[channel] = finish(layer, sum + common, channel);
                weights += depth;
            }
        }
    }
}
