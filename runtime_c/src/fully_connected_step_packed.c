/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected_step_packed.h"

#include "tinyts_accumulated_outputs.h"

void tinyts_fully_connected_step_packed(
    const tinyts_fully_connected_step_packed_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const int32_t channels = layer->output->channels;
    const int32_t length = input->width * input->channels;
    int8_t *const accumulators = tinyts_row(layer->accumulator, memory, 0);
    const int8_t *run = NULL;
    tinyts_panel_job job = {0};
    job.runs = &run;
    job.run_count = 1;
    job.words = length / 4;
    job.back = -length & 3;
    job.pixels = 1;
    job.channels = channels;
    job.out = accumulators;
    if (first == 0) {
        memset(accumulators, 0, (size_t)channels * sizeof(int32_t));
    }
    for (int32_t y = first; y < last; ++y) {
        run = tinyts_row(input, memory, y);
        job.stream = layer->stream + y * layer->row_words;
        layer->panel(&job);
    }
    if (last == input->height) {
        tinyts_accumulated_outputs(accumulators, layer->bias, layer->quant,
                                   layer->per_channel, layer->params,
                                   tinyts_row(layer->output, memory, 0), channels);
    }
}
