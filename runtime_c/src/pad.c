/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_pad.h"

#include "tinyts_copy.h"

/* A pixel of the input between channels of padding. */
static inline void pad_pixel(const tinyts_pad_layer *layer, int8_t *out,
                             const int8_t *in) {
    const int32_t front = layer->pad_front;
    const int32_t back = front + layer->input->channels;
    tinyts_copy_bytes(out + front, in, back - front);
    tinyts_fill_bytes(out, front, layer->value);
    tinyts_fill_bytes(out + back, layer->output->channels - back, layer->value);
}

void tinyts_pad(const tinyts_pad_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t pitch = output->pixel_pitch;
    const int32_t channels = output->channels;
    const int32_t right = layer->pad_left + input->width;
    for (int32_t y = first; y < last; ++y) {
        const int32_t in_y = y - layer->pad_top;
        int8_t *const out = tinyts_row(output, memory, y);
        if (in_y < 0 || in_y >= input->height) {
            tinyts_fill_pixels(out, pitch, output->width, channels, layer->value);
            continue;
        }
        int8_t *const inner = out + layer->pad_left * pitch;
        const int8_t *const in = tinyts_row(input, memory, in_y);
        tinyts_fill_pixels(out, pitch, layer->pad_left, channels, layer->value);
        if (channels == input->channels) {
            tinyts_copy_pixels(inner, pitch, in, input->pixel_pitch, input->width,
                               channels);
        } else {
            for (int32_t x = 0; x < input->width; ++x) {
                pad_pixel(layer, inner + x * pitch, in + x * input->pixel_pitch);
            }
        }
        if (output->width > right) {
            tinyts_fill_pixels(out + right * pitch, pitch, output->width - right,
                               channels, layer->value);
        }
    }
}
