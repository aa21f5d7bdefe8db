/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mean_step.h"

#include "tinyts_accumulator.h"

/* The whole output, from the accumulators. */
static void finish(const tinyts_mean_step_layer *layer, tinyts_memory memory,
                   const int8_t *accumulators) {
    const tinyts_tensor output = *layer->output;
    const uint32_t offset = (uint32_t)(layer->input->height * layer->input->width) *
                            (uint32_t)layer->input_offset;
    int32_t channel = 0;
    for (int32_t y = 0; y < output.height; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            for (int32_t c = 0; c < output.channels; ++c) {
                const uint32_t sum = tinyts_accumulated(accumulators, channel);
                row[x * output.pixel_pitch + c] = tinyts_mean_output(
                    sum, offset, layer->quant, layer->output_offset);
                ++channel;
            }
        }
    }
}

void tinyts_mean_step(const tinyts_mean_step_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    /* A copy: the compiler knows that no store to the accumulators changes it. */
    const tinyts_tensor input = *layer->input;
    const tinyts_area rows = {{first, last}, {0, input.width}};
    int8_t *const accumulators = tinyts_row(layer->accumulator, memory, 0);
    tinyts_accumulate_area(accumulators, &input, memory, &rows, first == 0);
    if (last == input.height) {
        finish(layer, memory, accumulators);
    }
}
