/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_log_softmax.h"

#include "tinyts_requantize.h"
#include "tinyts_softmax_math.h"

/* What x is in r * 2^power, r in Q0.31, power in Q6.25. */
typedef struct {
    int32_t r;
    int32_t power;
} scaled;

static int32_t whole(int32_t bits) { return bits * ((int32_t)1 << 25); }

/* r around 1 or around the root of 1/2, the lower of the two. */
static scaled split(uint32_t x) {
    const int32_t root_of_half = 1518500250; /* Q0.31 */
    const int32_t quarter = (int32_t)1 << 23; /* Q6.25 */
    const int32_t zeros = tinyts_softmax_headroom(x);
    const int32_t half =
        tinyts_doubling_high_multiply((int32_t)(x << (zeros - 1)), root_of_half);
    const int32_t r_a = half > INT32_MAX / 2 ? INT32_MAX : 2 * half;
    const int32_t power_a = whole(12 - zeros) + quarter;
    const int32_t lower = tinyts_doubling_high_multiply((int32_t)x, root_of_half);
    const int32_t zeros_b = tinyts_softmax_headroom((uint32_t)lower) - 1;
    const int64_t wide = (int64_t)x << zeros_b;
    const int32_t r_b = wide > INT32_MAX ? INT32_MAX : (int32_t)wide;
    const int32_t power_b = whole(12 - zeros_b) - quarter;
    const scaled result = {r_a < r_b ? r_a : r_b, power_a > power_b ? power_a : power_b};
    return result;
}

/* log x in Q5.26 for x >= 1 in Q12.19: a quotient of polynomials of r. */
static int32_t logarithm(uint32_t x) {
    const int32_t log_2 = 1488522236; /* Q0.31, as all that follow */
    const int32_t fourth_root_of_half = 1805811301;
    const int32_t alpha_n = 117049297;
    const int32_t alpha_d = 127690142;
    const int32_t alpha_i = 1057819769;
    const int32_t alpha_f = 638450708;
    const scaled number = split(x);
    const int32_t p = (int32_t)(((int64_t)number.r + fourth_root_of_half + 1) >> 1);
    const int32_t q = 2 * (number.r - fourth_root_of_half);
    const int32_t square = tinyts_doubling_high_multiply(q, q);
    const int32_t cube = tinyts_doubling_high_multiply(q, square);
    const int32_t numerator = tinyts_doubling_high_multiply(q, number.r) +
                              tinyts_doubling_high_multiply(cube, alpha_n);
    const int32_t inner = alpha_i + q + tinyts_doubling_high_multiply(square, alpha_d);
    const int32_t denominator = tinyts_doubling_high_multiply(inner, p) +
                                tinyts_doubling_high_multiply(q, alpha_f);
    const int32_t quotient =
        tinyts_doubling_high_multiply(tinyts_divide_by_power_of_two(numerator, 6),
                                      tinyts_softmax_reciprocal(denominator));
    return 2 * (tinyts_doubling_high_multiply(number.power, log_2) + quotient);
}

static int32_t in_q5(const tinyts_log_softmax_layer *layer, int32_t difference) {
    return tinyts_requantize(difference, layer->multiplier, layer->shift);
}

static void log_softmax_pixel(const tinyts_log_softmax_layer *layer, const int8_t *in,
                              int8_t *out, int32_t channels) {
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    const int32_t max = tinyts_softmax_max(in, channels);
    uint32_t sum = 0; /* Q12.19 */
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        if (difference >= layer->diff_min) {
            const int32_t term =
                tinyts_softmax_term(difference, layer->multiplier, layer->shift);
            sum += (uint32_t)tinyts_divide_by_power_of_two(term, 12);
        }
    }
    const int32_t log = logarithm(sum);
    int32_t least = tinyts_requantize(tinyts_wrapping_add(log, INT32_MIN),
                                      layer->reverse_quant.multiplier,
                                      layer->reverse_quant.shift);
    if (least < layer->diff_min - 1) {
        least = layer->diff_min - 1;
    }
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        int32_t result = INT8_MIN;
        if (difference > least) {
            result = tinyts_divide_by_power_of_two(in_q5(layer, difference) - log, 22);
            result += INT8_MAX;
        }
        out[c] = tinyts_clamp(result, all);
    }
}

void tinyts_log_softmax(const tinyts_log_softmax_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            log_softmax_pixel(layer, in + x * input->pixel_pitch,
                              out + x * output->pixel_pitch, output->channels);
        }
    }
}
