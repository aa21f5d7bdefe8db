/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_resize_nearest_neighbor.h"

#include "tinyts_copy.h"

void tinyts_resize_nearest_neighbor(const tinyts_resize_nearest_neighbor_layer *layer,
                                    tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t *const columns = layer->columns + layer->output_column;
    for (int32_t y = first; y < last; ++y) {
        const int32_t in_y = layer->rows[y - layer->output_row] + layer->input_row;
        const int8_t *const in = tinyts_row(&input, memory, in_y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t in_x = columns[x] - layer->input_column;
            tinyts_copy_bytes(out, in + in_x * input.pixel_pitch, output.channels);
            out += output.pixel_pitch;
        }
    }
}
