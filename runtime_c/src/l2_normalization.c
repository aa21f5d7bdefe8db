/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_l2_normalization.h"

#include "tinyts_requantize.h"

#define OUTPUT_BITS 7

/* 1 / sqrt(x), x >= 0, by Newton's iteration on x scaled to 2^27..2^29 - 1. */
static tinyts_per_tensor_quant_params inverse_root(int32_t x) {
    if (x <= 1) {
        const tinyts_per_tensor_quant_params one = {INT32_MAX, 0};
        return one;
    }
    const int32_t three_halves = ((int32_t)1 << 28) + ((int32_t)1 << 27); /* Q3.28 */
    const int32_t half_root_of_2 = 1518500250;                            /* Q0.31 */
    int32_t shift = 11;
    while (x >= (int32_t)1 << 29) {
        x /= 4;
        ++shift;
    }
    while (x < (int32_t)1 << 27) {
        x *= 4;
        --shift;
    }
    const int32_t half = tinyts_divide_by_power_of_two(x >> 1, 1); /* Q3.28 */
    int32_t root = (int32_t)1 << 28;                               /* Q3.28 */
    for (int32_t i = 0; i < 5; ++i) {
        const int32_t square = tinyts_doubling_high_multiply(root, root);
        const int32_t cube = tinyts_doubling_high_multiply(square, root) * 64;
        root = (tinyts_doubling_high_multiply(three_halves, root) -
                tinyts_doubling_high_multiply(half, cube)) *
               8;
    }
    const int32_t value = tinyts_doubling_high_multiply(root, half_root_of_2);
    const tinyts_per_tensor_quant_params quant = {
        shift < 0 ? value * ((int32_t)1 << -shift) : value, shift < 0 ? 0 : -shift};
    return quant;
}

static void normalize_pixel(const int8_t *in, int8_t *out, int32_t channels,
                            int32_t offset) {
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    int32_t sum = 0;
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t value = in[c] + offset;
        sum += value * value;
    }
    const tinyts_per_tensor_quant_params root = inverse_root(sum);
    for (int32_t c = 0; c < channels; ++c) {
        out[c] = tinyts_output((uint32_t)(in[c] + offset), root.multiplier,
                               root.shift + OUTPUT_BITS, 0, all);
    }
}

void tinyts_l2_normalization(const tinyts_l2_normalization_layer *layer,
                             tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            normalize_pixel(in + x * input->pixel_pitch, out + x * output->pixel_pitch,
                            output->channels, layer->input_offset);
        }
    }
}
