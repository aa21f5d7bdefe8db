/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d_step.h"

#include "tinyts_accumulator.h"

void tinyts_average_pool_2d_step(const tinyts_average_pool_2d_step_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last) {
    /* A copy: the compiler knows that no store to the accumulators changes it. */
    const tinyts_tensor input = *layer->input;
    const tinyts_area window = {
        tinyts_covered(-layer->params.padding.h, layer->kernel.h, input.height),
        tinyts_covered(-layer->params.padding.w, layer->kernel.w, input.width),
    };
    tinyts_area rows = window;
    int8_t *const accumulators = tinyts_row(layer->accumulator, memory, 0);
    if (rows.rows.first < first) {
        rows.rows.first = first;
    }
    if (rows.rows.last > last) {
        rows.rows.last = last;
    }
    tinyts_accumulate_area(accumulators, &input, memory, &rows, first == 0);
    if (last == input.height) {
        const int32_t count = tinyts_area_pixels(&window);
        const tinyts_activation activation = layer->params.activation;
        int8_t *const out = tinyts_row(layer->output, memory, 0);
        for (int32_t c = 0; c < input.channels; ++c) {
            const int32_t sum = (int32_t)tinyts_accumulated(accumulators, c);
            out[c] = tinyts_average_output(sum, count, activation);
        }
    }
}
