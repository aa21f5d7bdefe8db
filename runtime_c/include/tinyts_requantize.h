/*
 * Fixed-point arithmetic of quantized operators, rounded twice as TensorFlow Lite
 * Micro's reference kernels do when TFLITE_SINGLE_ROUNDING is off: a doubling high
 * multiplication, then a division by a power of two.
 *
 * Where the reference would overflow a signed integer these functions wrap modulo
 * 2^32, which is defined and is what the reference does on the machines it runs on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_REQUANTIZE_H
#define TINYTS_REQUANTIZE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* C leaves two things to the compiler, GCC and Clang alike define them so. */
typedef char tinyts_needs_arithmetic_right_shift[(-3 >> 1) == -2 ? 1 : -1];
typedef char tinyts_needs_modular_narrowing[(int32_t)0xFFFFFFFFu == -1 ? 1 : -1];

/* a + b modulo 2^32. */
static inline int32_t tinyts_wrapping_add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/*
 * a * b / 2^31 rounded to nearest, ties up (towards plus infinity): the product of two
 * Q0.31 numbers. Not for a == b == INT32_MIN, the only product that does not fit.
 */
static inline int32_t tinyts_doubling_high_multiply(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* value / 2^exponent rounded to nearest, ties away from zero; 0 <= exponent <= 31. */
static inline int32_t tinyts_divide_by_power_of_two(int32_t value, int32_t exponent) {
    const uint32_t mask = ((uint32_t)1 << exponent) - 1;
    const uint32_t remainder = (uint32_t)value & mask;
    const uint32_t threshold = (mask >> 1) + (value < 0);
    return (value >> exponent) + (remainder > threshold);
}

/*
 * value * multiplier / 2^31 * 2^shift. multiplier: 0..INT32_MAX; shift: -31..31,
 * positive to the left. As TFLite Micro's MultiplyByQuantizedMultiplier.
 */
static inline int32_t tinyts_requantize(int32_t value, int32_t multiplier,
                                        int32_t shift) {
    if (shift > 0) {
        const int32_t shifted = (int32_t)((uint32_t)value << shift);
        return tinyts_doubling_high_multiply(shifted, multiplier);
    }
    return tinyts_divide_by_power_of_two(
        tinyts_doubling_high_multiply(value, multiplier), -shift);
}

/* The value within min..max; both are in -128..127. */
static inline int8_t tinyts_clamp(int32_t value, tinyts_activation activation) {
    if (value < activation.min) {
        value = activation.min;
    }
    if (value > activation.max) {
        value = activation.max;
    }
    return (int8_t)value;
}

/* An accumulator made an output: requantized, offset by the zero point, clamped. */
static inline int8_t tinyts_output(uint32_t accumulator, int32_t multiplier,
                                   int32_t shift, int32_t offset,
                                   tinyts_activation activation) {
    const int32_t scaled = tinyts_requantize((int32_t)accumulator, multiplier, shift);
    return tinyts_clamp(tinyts_wrapping_add(scaled, offset), activation);
}

/* A sum of products made an output, with bias `channel` and multiplier `scale`. */
static inline int8_t tinyts_channel_output(uint32_t sum, const int32_t *bias,
                                           int32_t channel,
                                           tinyts_per_channel_quant_params quant,
                                           int32_t scale, int32_t offset,
                                           tinyts_activation activation) {
    const uint32_t start = bias == NULL ? 0 : (uint32_t)bias[channel];
    return tinyts_output(sum + start, quant.multiplier[scale], quant.shift[scale],
                         offset, activation);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_REQUANTIZE_H */
