/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_softmax.h"

#include "tinyts_requantize.h"

/*
 * Fixed-point numbers: Qm.n has m integer and n fraction bits beside the sign. The
 * doubling high product of Qa.(31-a) and Qb.(31-b) is Q(a+b).(31-a-b).
 */

/* exp(x) in Q0.31 for x in Q0.31, -1/4 <= x < 0: a Taylor polynomial at -1/8. */
static int32_t exp_of_quarter(int32_t x) {
    const int32_t exp_of_centre = 1895147668; /* exp(-1/8) */
    const int32_t third = 715827883;          /* 1/3 */
    const int32_t t = x + ((int32_t)1 << 28); /* x + 1/8 */
    const int32_t t2 = tinyts_doubling_high_multiply(t, t);
    const int32_t t3 = tinyts_doubling_high_multiply(t2, t);
    const int32_t t4 = tinyts_doubling_high_multiply(t2, t2);
    const int32_t t4_over_4 = tinyts_divide_by_power_of_two(t4, 2);
    const int32_t inner = tinyts_doubling_high_multiply(t4_over_4 + t3, third) + t2;
    const int32_t tail = tinyts_divide_by_power_of_two(inner, 1);
    return exp_of_centre + tinyts_doubling_high_multiply(exp_of_centre, t + tail);
}

/* exp(x) in Q0.31, saturated, for x in Q5.26, -31 <= x <= 0. */
static int32_t exp_of_negative(int32_t x) {
    /* exp(-2^i) in Q0.31 for i = -2..4: one factor for each bit of -x above 1/8. */
    static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308,
                                       39332535,   720401,     242};
    const int32_t quarter = (int32_t)1 << 24;
    if (x == 0) {
        return INT32_MAX;
    }
    const int32_t part = (int32_t)((uint32_t)x & (uint32_t)(quarter - 1)) - quarter;
    const uint32_t rest = (uint32_t)(part - x);
    int32_t result = exp_of_quarter(part * 32);
    for (int32_t i = 0; i < 7; ++i) {
        if (rest & ((uint32_t)1 << (24 + i))) {
            result = tinyts_doubling_high_multiply(result, factors[i]);
        }
    }
    return result;
}

/* 1 / (1 + x) in Q0.31, saturated, for 0 <= x < 1 in Q0.31: Newton's iteration. */
static int32_t reciprocal_of_one_plus(int32_t x) {
    const int32_t one = (int32_t)1 << 29; /* all but half: Q2.29 */
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2); /* (1 + x) / 2 */
    /* 48/17 - 32/17 * half, the first guess */
    int32_t estimate = 1515870810 + tinyts_doubling_high_multiply(half, -1010580540);
    for (int32_t i = 0; i < 3; ++i) {
        const int32_t error = one - tinyts_doubling_high_multiply(half, estimate);
        estimate += tinyts_doubling_high_multiply(estimate, error) * 4;
    }
    /* The estimate is 2 / (1 + x) in Q2.29, so twice its bits are Q0.31. */
    return estimate >= ((int32_t)1 << 30) ? INT32_MAX : estimate * 2;
}

static inline int32_t exp_of_difference(const tinyts_softmax_layer *layer,
                                        int32_t difference) {
    const int32_t shifted = (int32_t)((uint32_t)difference << layer->shift);
    return exp_of_negative(tinyts_doubling_high_multiply(shifted, layer->multiplier));
}

static void softmax_pixel(const tinyts_softmax_layer *layer, const int8_t *in,
                          int8_t *out, int32_t channels) {
    int32_t max = INT8_MIN;
    uint32_t sum = 0; /* Q12.19 */
    int32_t headroom = 0;
    for (int32_t c = 0; c < channels; ++c) {
        max = in[c] > max ? in[c] : max;
    }
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        if (difference >= layer->diff_min) {
            const int32_t term = exp_of_difference(layer, difference);
            sum += (uint32_t)tinyts_divide_by_power_of_two(term, 12);
        }
    }
    while (headroom < 31 && !((sum << headroom) & 0x80000000u)) {
        ++headroom;
    }
    /* sum = (1 + fraction) * 2^(12 - headroom); an output is 2^8 / sum times exp. */
    const int32_t fraction = (int32_t)((sum << headroom) & 0x7FFFFFFFu);
    const int32_t scale = reciprocal_of_one_plus(fraction);
    const int32_t exponent = 12 - headroom + 31 - 8;
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t difference = in[c] - max;
        int32_t result = INT8_MIN;
        if (difference >= layer->diff_min && exponent <= 31) {
            const int32_t term = exp_of_difference(layer, difference);
            result += tinyts_divide_by_power_of_two(
                tinyts_doubling_high_multiply(scale, term), exponent);
        }
        out[c] = (int8_t)(result > INT8_MAX ? INT8_MAX : result);
    }
}

void tinyts_softmax(const tinyts_softmax_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in = tinyts_row(input, memory, y);
        int8_t *const out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            softmax_pixel(layer, in + x * input->pixel_pitch,
                          out + x * output->pixel_pitch, output->channels);
        }
    }
}
