/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add.h"

#include "tinyts_broadcast.h"
#include "tinyts_requantize.h"

/* One input on the common scale. */
static inline int32_t scale(int32_t value, int32_t left_shift,
                            tinyts_per_tensor_quant_params quant) {
    return tinyts_requantize((int32_t)((uint32_t)value << left_shift), quant.multiplier,
                             quant.shift);
}

static void add_pixel(const tinyts_add_layer *layer, const int8_t *a, int32_t a_step,
                      const int8_t *b, int32_t b_step, int8_t *out, int32_t count) {
    const tinyts_add_layer copy = *layer; /* that no store to the output changes */
    for (int32_t i = 0; i < count; ++i) {
        const int32_t in_1 = a[i * a_step] + copy.input_1_offset;
        const int32_t in_2 = b[i * b_step] + copy.input_2_offset;
        const int32_t sum =
            tinyts_wrapping_add(scale(in_1, copy.left_shift, copy.input_1_quant),
                                scale(in_2, copy.left_shift, copy.input_2_quant));
        out[i] = tinyts_output((uint32_t)sum, copy.output_quant.multiplier,
                               copy.output_quant.shift, copy.output_offset,
                               copy.activation);
    }
}

void tinyts_add(const tinyts_add_layer *layer, tinyts_memory memory, int32_t first,
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
            add_pixel(layer, a_row + x * a.pixel, a.channel, b_row + x * b.pixel,
                      b.channel, row + x * output->pixel_pitch, extent.values);
        }
    }
}
