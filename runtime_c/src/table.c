/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_table.h"

static void look_up(const int8_t *values, const int8_t *in, int8_t *out,
                    int32_t count) {
    const int8_t *const at_zero = values + 128;
    for (; count >= 4; count -= 4) {
        for (int32_t i = 0; i < 4; ++i) {
            *out++ = at_zero[*in++];
        }
    }
    for (; count > 0; --count) {
        *out++ = at_zero[*in++];
    }
}

void tinyts_table(const tinyts_table_layer *layer, tinyts_memory memory, int32_t first,
                  int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t channels = output->channels;
    const int32_t gaps =
        input->pixel_pitch != channels || output->pixel_pitch != channels;
    const int32_t pixels = gaps ? output->width : 1;
    const int32_t values = gaps ? channels : output->width * channels;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < pixels; ++x) {
            look_up(layer->values, in + x * input->pixel_pitch,
                    out + x * output->pixel_pitch, values);
        }
    }
}
