/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected_packed.h"

void tinyts_fully_connected_packed(const tinyts_fully_connected_packed_layer *layer,
                                   tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int8_t *runs[TINYTS_MAX_RUNS];
    const int32_t one = output->width == 1 && output->height == 1;
    const int32_t length = input->channels * (one ? input->width : 1) / layer->pieces;
    tinyts_panel_job job = {runs,
                            one ? input->height * layer->pieces : layer->pieces,
                            length / 4,
                            -length & 3,
                            output->width,
                            input->pixel_pitch,
                            layer->stream,
                            output->channels,
                            NULL,
                            output->pixel_pitch,
                            layer->shift,
                            layer->params.activation};
    for (int32_t y = first; y < last; ++y) {
        for (int32_t run = 0; run < job.run_count; ++run) {
            const int32_t row = one ? run / layer->pieces : y;
            runs[run] = tinyts_row(input, memory, row) + run % layer->pieces * length;
        }
        job.out = tinyts_row(output, memory, y);
        layer->panel(&job);
    }
}
