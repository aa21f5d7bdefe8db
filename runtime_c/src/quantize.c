/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_quantize.h"

#include "tinyts_elements.h"
#include "tinyts_requantize.h"

/* Inlined once for each pair of types, so that the loop knows them. */
static inline void quantize_values(const tinyts_quantize_layer *layer, const int8_t *in,
                                   int8_t *out, int32_t count, int32_t input_type,
                                   int32_t output_type) {
    const tinyts_quantize_layer copy = *layer; /* that no store to the output changes */
    for (int32_t i = 0; i < count; ++i) {
        const int32_t value = tinyts_load(in, i, input_type) + copy.input_offset;
        int32_t scaled = tinyts_wrapping_add(
            tinyts_requantize(value, copy.quant.multiplier, copy.quant.shift),
            copy.output_offset);
        if (scaled < copy.activation.min) {
            scaled = copy.activation.min;
        }
        if (scaled > copy.activation.max) {
            scaled = copy.activation.max;
        }
        tinyts_store(out, i, scaled, output_type);
    }
}

static void quantize_run(const tinyts_quantize_layer *layer, const int8_t *in,
                         int8_t *out, int32_t count) {
    /* Stores of int8 and uint8 are alike. */
    const int32_t output_type =
        layer->output_type == TINYTS_UINT8 ? TINYTS_INT8 : layer->output_type;
    if (output_type != TINYTS_INT8) {
        quantize_values(layer, in, out, count, layer->input_type, output_type);
    } else if (layer->input_type == TINYTS_INT8) {
        quantize_values(layer, in, out, count, TINYTS_INT8, TINYTS_INT8);
    } else if (layer->input_type == TINYTS_UINT8) {
        quantize_values(layer, in, out, count, TINYTS_UINT8, TINYTS_INT8);
    } else {
        quantize_values(layer, in, out, count, layer->input_type, TINYTS_INT8);
    }
}

void tinyts_quantize(const tinyts_quantize_layer *layer, tinyts_memory memory,
                     int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_run run =
        tinyts_run_of(input, output, tinyts_element_size(layer->input_type));
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < run.pixels; ++x) {
            quantize_run(layer, in + x * input->pixel_pitch,
                         out + x * output->pixel_pitch, run.values);
        }
    }
}
