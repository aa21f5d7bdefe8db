/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_flip_sign.h"

#include <string.h>

#include "tinyts_elements.h"

static void flip(const int8_t *in, int8_t *out, int32_t count) {
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint32_t four;
        memcpy(&four, in + i, sizeof four);
        four ^= 0x80808080u;
        memcpy(out + i, &four, sizeof four);
    }
    for (; i < count; ++i) {
        out[i] = (int8_t)(in[i] ^ INT8_MIN);
    }
}

void tinyts_flip_sign(const tinyts_flip_sign_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_run run = tinyts_run_of(input, output, 1);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < run.pixels; ++x) {
            flip(in + x * input->pixel_pitch, out + x * output->pixel_pitch,
                 run.values);
        }
    }
}
