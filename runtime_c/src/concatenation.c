/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_concatenation.h"

#include "tinyts_copy.h"

/* Row y of channels joined, pixel by pixel. */
static void join_channels(const tinyts_concatenation_layer *layer, tinyts_memory memory,
                          int32_t y, int8_t *row) {
    for (int32_t x = 0; x < layer->output->width; ++x) {
        int8_t *out = row + x * layer->output->pixel_pitch;
        for (int32_t i = 0; i < layer->count; ++i) {
            const tinyts_tensor *const input = layer->inputs[i];
            const int8_t *const in_row = tinyts_row(input, memory, y);
            tinyts_copy_bytes(out, in_row + x * input->pixel_pitch, input->channels);
            out += input->channels;
        }
    }
}

void tinyts_concatenation(const tinyts_concatenation_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(output, memory, y);
        /* rows or columns of the output before this input's */
        int32_t before = layer->axis == 0 ? layer->first_row : 0;
        if (layer->axis == 2) {
            join_channels(layer, memory, y, row);
            continue;
        }
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
            } else {
                out += before * output->pixel_pitch;
                before += input->width;
            }
            tinyts_copy_pixels(out, output->pixel_pitch,
                               tinyts_row(input, memory, in_y), input->pixel_pitch,
                               input->width, input->channels);
        }
    }
}
