/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected_step.h"

#include "tinyts_accumulated_outputs.h"
#include "tinyts_vector.h"

void tinyts_fully_connected_step(const tinyts_fully_connected_step_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the accumulators changes them. */
    const tinyts_tensor input = *layer->input;
    const int32_t channels = layer->output->channels;
    const tinyts_fc_params params = layer->params;
    const int32_t row = input.width * input.channels;
    const int32_t depth = input.height * row;
    const tinyts_vector rows = {first, 0, (last - first) * input.width};
    const int32_t start = first == 0;
    const int8_t *weights = layer->weights + first * row;
    int8_t *const accumulators = tinyts_row(layer->accumulator, memory, 0);
    uint32_t common = 0; /* what filter_offset adds to every output channel */
    int32_t channel = 0;
    if (params.filter_offset != 0) {
        common = (uint32_t)params.filter_offset *
                 tinyts_vector_total(&input, memory, rows, params.input_offset);
    }
    for (; channel + 4 <= channels; channel += 4) {
        uint32_t sums[4];
        tinyts_vector_sum_4(&input, memory, rows, weights, depth, params.input_offset,
                            sums);
        for (int32_t i = 0; i < 4; ++i) {
            tinyts_accumulate(accumulators, channel + i, sums[i] + common, start);
        }
        weights += 4 * depth;
    }
    for (; channel < channels; ++channel) {
        const uint32_t sum =
            tinyts_vector_sum_1(&input, memory, rows, weights, params.input_offset);
        tinyts_accumulate(accumulators, channel, sum + common, start);
        weights += depth;
    }
    if (last == input.height) {
        tinyts_accumulated_outputs(accumulators, layer->bias, layer->quant,
                                   layer->per_channel, params,
                                   tinyts_row(layer->output, memory, 0), channels);
    }
}
