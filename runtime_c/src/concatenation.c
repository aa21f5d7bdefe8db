/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_concatenation.h"

#include "tinyts_copy.h"

void tinyts_concatenation(const tinyts_concatenation_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(output, memory, y);
        /* rows, columns or channels of the output before this input's */
        int32_t before = layer->axis == 0 ? layer->first_row : 0;
        for (int32_t i = 0; i < layer->count; ++i) {
            const tinyts_tensor *const input = layer->inputs[i];
            int8_t *out = row;
            int32_t in_y = y;
            if (layer->axis == 0) {
                in_y -= before;
                before += input->height;
                if (in_y < 0 || in_y >= input->height) {
                    continue;
                }
            } else if (layer->axis == 1) {
                out += before * output->pixel_pitch;
                before += input->width;
            } else {
                out += before;
                before += input->channels;
            }
            tinyts_copy_pixels(out, output->pixel_pitch,
                               tinyts_row(input, memory, in_y), input->pixel_pitch,
                               input->width, input->channels);
        }
    }
}
