/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_div.h"

#include "tinyts_pairs.h"
#include "tinyts_softmax_math.h"

/* How many bits a number has that is not negative. */
static int32_t bits_of(int32_t value) {
    int32_t bits = 0;
    while (value >> bits) {
        ++bits;
    }
    return bits;
}

/* 1 / value, 1..255, as Q0.31 of value / 2^(bits - 1); of 0 what the reference finds. */
static int32_t reciprocal(int32_t value, int32_t bits) {
    if (value == 0) {
        return -1515870788;
    }
    const uint32_t shifted = (uint32_t)value << (32 - bits);
    return tinyts_softmax_reciprocal((int32_t)(shifted & 0x7FFFFFFFu));
}

/* value / 2^exponent, ties away from zero, as registers of 32 bits shift it. */
static int32_t shift_right(int32_t value, int32_t exponent) {
    if (exponent <= 31) {
        return tinyts_divide_by_power_of_two(value, exponent);
    }
    const int32_t threshold = value < 0 ? 0 : -1;
    return (value >> (exponent & 31)) + (value > threshold);
}

static void div_run(const void *layer, tinyts_pair_run run) {
    /* A copy: the compiler knows that no store to the output changes it. */
    const tinyts_div_layer div = *(const tinyts_div_layer *)layer;
    for (int32_t i = 0; i < run.count; ++i) {
        int32_t numerator = run.a[i * run.a_step] + div.input_1_offset;
        int32_t divisor = run.b[i * run.b_step] + div.input_2_offset;
        if (divisor < 0) {
            numerator = -numerator;
            divisor = -divisor;
        }
        const int32_t bits = bits_of(divisor);
        const int32_t headroom = 31 - bits_of(numerator < 0 ? ~numerator : numerator);
        const int32_t quotient = tinyts_doubling_high_multiply(
            (int32_t)((uint32_t)numerator << headroom), reciprocal(divisor, bits));
        const int32_t scaled = shift_right(
            tinyts_doubling_high_multiply(quotient, div.output_quant.multiplier),
            headroom + bits - 1 - div.output_quant.shift);
        run.out[i] =
            tinyts_clamp(tinyts_wrapping_add(scaled, div.output_offset), div.activation);
    }
}

void tinyts_div(const tinyts_div_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_operands pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, div_run, layer);
}
