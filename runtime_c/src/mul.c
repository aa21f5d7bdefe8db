/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mul.h"

#include "tinyts_broadcast.h"
#include "tinyts_requantize.h"

static void mul_pixel(const tinyts_mul_layer *layer, const int8_t *a, int32_t a_step,
                      const int8_t *b, int32_t b_step, int8_t *out, int32_t count) {
    const tinyts_mul_layer copy = *layer; /* that no store to the output changes */
    for (int32_t i = 0; i < count; ++i) {
        const int32_t in_1 = a[i * a_step] + copy.input_1_offset;
        const int32_t in_2 = b[i * b_step] + copy.input_2_offset;
        out[i] = tinyts_output((uint32_t)(in_1 * in_2), copy.output_quant.multiplier,
                               copy.output_quant.shift, copy.output_offset,
                               copy.activation);
    }
}

void tinyts_mul(const tinyts_mul_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_steps a = tinyts_broadcast(layer->input_1, output);
    const tinyts_steps b = tinyts_broadcast(layer->input_2, output);
    const tinyts_extent extent = tinyts_merge(output, a, b);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const a_row = tinyts_row(layer->input_1, memory, a.row * y);
        const int8_t *const b_row = tinyts_row(layer->input_2, memory, b.row * y);
        int8_t *const row = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < extent.pixels; ++x) {
            mul_pixel(layer, a_row + x * a.pixel, a.channel, b_row + x * b.pixel,
                      b.channel, row + x * output->pixel_pitch, extent.values);
        }
    }
}
