/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depth_to_space.h"

#include "tinyts_copy.h"

void tinyts_depth_to_space(const tinyts_depth_to_space_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t block = layer->block;
    const int32_t channels = output.channels;
    const int32_t left = layer->output_column / block - layer->input_column;
    for (int32_t y = first; y < last; ++y) {
        const int32_t image_y = y - layer->output_row;
        const int8_t *in =
            tinyts_row(&input, memory, image_y / block + layer->input_row) +
            left * input.pixel_pitch + image_y % block * block * channels;
        int8_t *out = tinyts_row(&output, memory, y);
        int32_t column = layer->output_column % block;
        for (int32_t x = 0; x < output.width; ++x) {
            memcpy(out, in + column * channels, (size_t)channels);
            out += output.pixel_pitch;
            if (++column == block) {
                column = 0;
                in += input.pixel_pitch;
            }
        }
    }
}
