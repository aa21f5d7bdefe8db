/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_assign.h"

#include "tinyts_copy.h"

void tinyts_assign(const tinyts_assign_layer *layer, tinyts_memory memory, int32_t first,
                   int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        tinyts_copy_pixels(tinyts_row(output, memory, y), output->pixel_pitch,
                           tinyts_row(input, memory, y + layer->first_row),
                           input->pixel_pitch, output->width, output->channels);
    }
}
