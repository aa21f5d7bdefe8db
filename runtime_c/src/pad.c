/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_pad.h"

#include "tinyts_copy.h"

void tinyts_pad(const tinyts_pad_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t pitch = output->pixel_pitch;
    const int32_t channels = output->channels;
    const int32_t right = layer->pad_left + input->width;
    const int32_t back = layer->pad_front + input->channels;
    for (int32_t y = first; y < last; ++y) {
        const int32_t in_y = y - layer->pad_top;
        int8_t *const out = tinyts_row(output, memory, y);
        if (in_y < 0 || in_y >= input->height) {
            tinyts_fill_pixels(out, pitch, output->width, channels, layer->value);
            continue;
        }
        int8_t *const inner = out + layer->pad_left * pitch;
        tinyts_fill_pixels(out, pitch, layer->pad_left, channels, layer->value);
        if (channels != input->channels) {
            tinyts_fill_pixels(inner, pitch, input->width, layer->pad_front,
                               layer->value);
            tinyts_fill_pixels(inner + back, pitch, input->width, channels - back,
                               layer->value);
        }
        tinyts_copy_pixels(inner + layer->pad_front, pitch,
                           tinyts_row(input, memory, in_y), input->pixel_pitch,
                           input->width, input->channels);
        if (output->width > right) {
            tinyts_fill_pixels(out + right * pitch, pitch, output->width - right,
                               channels, layer->value);
        }
    }
}
