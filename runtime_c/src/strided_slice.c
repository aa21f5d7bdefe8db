/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_strided_slice.h"

#include "tinyts_copy.h"

void tinyts_strided_slice(const tinyts_strided_slice_layer *layer,
                          tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_strided_slice_layer copy = *layer;
    const tinyts_tensor input = *copy.input;
    const tinyts_tensor output = *copy.output;
    const int32_t in_pitch = copy.stride.w * input.pixel_pitch;
    const int32_t start = copy.first_channel - copy.padding.w * input.pixel_pitch;
    for (int32_t y = first; y < last; ++y) {
        const int32_t in_y = y * copy.stride.h - copy.padding.h;
        const int8_t *in = tinyts_row(&input, memory, in_y) + start;
        int8_t *out = tinyts_row(&output, memory, y);
        if (copy.channel_stride == 1) {
            tinyts_copy_pixels(out, output.pixel_pitch, in, in_pitch, output.width,
                               output.channels);
            continue;
        }
        for (int32_t x = 0; x < output.width; ++x) {
            for (int32_t c = 0; c < output.channels; ++c) {
                out[c] = in[c * copy.channel_stride];
            }
            in += in_pitch;
            out += output.pixel_pitch;
        }
    }
}
