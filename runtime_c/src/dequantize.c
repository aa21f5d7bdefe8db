/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_dequantize.h"

#include "tinyts_elements.h"

void tinyts_dequantize(const tinyts_dequantize_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last) {
    const tinyts_dequantize_layer copy = *layer;
    const tinyts_tensor input = *copy.input;
    const tinyts_tensor output = *copy.output;
    const float scale = tinyts_float_of_bits(copy.scale);
    const tinyts_run run =
        tinyts_run_of(&input, &output, tinyts_element_size(copy.input_type));
    for (int32_t y = first; y < last; ++y) {
        const int8_t *in = tinyts_row(&input, memory, y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < run.pixels; ++x) {
            for (int32_t i = 0; i < run.values; ++i) {
                const int32_t value =
                    tinyts_load(in, i, copy.input_type) + copy.input_offset;
                tinyts_store_float(out, i, (float)value * scale);
            }
            in += input.pixel_pitch;
            out += output.pixel_pitch;
        }
    }
}
