/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_quantize_float.h"

#include "tinyts_elements.h"

/* Larger than any range of a type and any zero point, and exact in single precision. */
#define MOST_STEPS (1 << 20)

/* To nearest, halves away from zero. */
static inline int32_t rounded(float steps) {
    if (!(steps > (float)-MOST_STEPS)) {
        return -MOST_STEPS;
    }
    if (steps > (float)MOST_STEPS) {
        return MOST_STEPS;
    }
    const int32_t whole = (int32_t)steps;
    const float rest = steps - (float)whole; /* exact */
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

void tinyts_quantize_float(const tinyts_quantize_float_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_quantize_float_layer copy = *layer;
    const tinyts_tensor input = *copy.input;
    const tinyts_tensor output = *copy.output;
    const float scale = tinyts_float_of_bits(copy.scale);
    const tinyts_run run = tinyts_run_of(&input, &output, 4);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *in = tinyts_row(&input, memory, y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < run.pixels; ++x) {
            for (int32_t i = 0; i < run.values; ++i) {
                int32_t value = rounded(tinyts_load_float(in, i) / scale);
                value += copy.output_offset;
                if (value < copy.activation.min) {
                    value = copy.activation.min;
                }
                if (value > copy.activation.max) {
                    value = copy.activation.max;
                }
                tinyts_store(out, i, value, copy.output_type);
            }
            in += input.pixel_pitch;
            out += output.pixel_pitch;
        }
    }
}
