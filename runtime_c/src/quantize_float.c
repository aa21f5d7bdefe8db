/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_quantize_float.h"

#include "tinyts_elements.h"

/* Bits of a fraction of a step; with them any steps of a type's range fit. */
#define FRACTION 12

/* How steps become values. */
typedef struct {
    float least; /* steps that become the least value, as all below them do */
    float most;
    int32_t start; /* the zero point and a half, as fractions */
    int32_t min;
} float_range;

static inline float_range range_of(const tinyts_quantize_float_layer *layer) {
    const int32_t offset = layer->output_offset;
    const float_range range = {
        (float)(layer->activation.min - offset),
        (float)(layer->activation.max - offset),
        offset * (1 << FRACTION) + (1 << (FRACTION - 1)),
        layer->activation.min,
    };
    return range;
}

/*
 * Steps to nearest, halves away from zero, plus the zero point, within the range.
 * Fractions are cut off towards zero: whether half a step is reached is exact.
 */
static inline int32_t quantized(float steps, float_range range) {
    int32_t fractions;
    if (!(steps > range.least)) { /* also what is no number */
        return range.min;
    }
    steps = steps > range.most ? range.most : steps;
    fractions = (int32_t)(steps * (float)(1 << FRACTION));
    return (range.start + fractions + (fractions >> 31)) >> FRACTION;
}

void tinyts_quantize_float(const tinyts_quantize_float_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_quantize_float_layer copy = *layer;
    const tinyts_tensor input = *copy.input;
    const tinyts_tensor output = *copy.output;
    const float scale = tinyts_float_of_bits(copy.scale);
    const float_range range = range_of(layer);
    const tinyts_run run = tinyts_run_of(&input, &output, 4);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *in = tinyts_row(&input, memory, y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < run.pixels; ++x) {
            for (int32_t i = 0; i < run.values; ++i) {
                const float steps = tinyts_load_float(in, i) / scale;
                tinyts_store(out, i, quantized(steps, range), copy.output_type);
            }
            in += input.pixel_pitch;
            out += output.pixel_pitch;
        }
    }
}
