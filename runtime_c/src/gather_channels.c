/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_gather_channels.h"

void tinyts_gather_channels(const tinyts_gather_channels_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t *const channels = layer->channels;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *in = tinyts_row(&input, memory, y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            for (int32_t c = 0; c < output.channels; ++c) {
                out[c] = in[channels[c]];
            }
            in += input.pixel_pitch;
            out += output.pixel_pitch;
        }
    }
}
