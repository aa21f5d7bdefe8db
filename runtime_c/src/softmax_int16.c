/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_softmax_int16.h"

#include "tinyts_elements.h"
#include "tinyts_softmax_math.h"

static void softmax_pixel(const tinyts_softmax_int16_layer *layer, const int8_t *in,
                          int8_t *out, int32_t channels) {
    const int32_t max = tinyts_softmax_max(in, channels);
    uint32_t sum = 0; /* Q12.19, at least 1 */
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        if (difference >= layer->diff_min) {
            const int32_t term =
                tinyts_softmax_term(difference, layer->multiplier, layer->shift);
            sum += (uint32_t)tinyts_divide_by_power_of_two(term, 12);
        }
    }
    const int32_t headroom = tinyts_softmax_headroom(sum);
    /* sum = (1 + fraction) * 2^(12 - headroom); an output is 2^16 / sum times exp. */
    const int32_t fraction = (int32_t)((sum << headroom) & 0x7FFFFFFFu);
    const int32_t scale = tinyts_softmax_reciprocal(fraction);
    const int32_t exponent = 12 - headroom + 31 - 16;
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        int32_t result = INT16_MIN;
        if (difference >= layer->diff_min) {
            const int32_t term =
                tinyts_softmax_term(difference, layer->multiplier, layer->shift);
            result += tinyts_divide_by_power_of_two(
                tinyts_doubling_high_multiply(scale, term), exponent);
        }
        tinyts_store(out, c, result > INT16_MAX ? INT16_MAX : result, TINYTS_INT16);
    }
}

void tinyts_softmax_int16(const tinyts_softmax_int16_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            softmax_pixel(layer, in + x * input->pixel_pitch,
                          out + x * output->pixel_pitch, input->channels);
        }
    }
}
