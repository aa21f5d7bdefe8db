/*
 * exp and the reciprocal of a sum in fixed point, as gemmlowp's polynomials.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SOFTMAX_MATH_H
#define TINYTS_SOFTMAX_MATH_H

#include "tinyts_requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fixed-point numbers: Qm.n has m integer and n fraction bits beside the sign. The
 * doubling high product of Qa.(31-a) and Qb.(31-b) is Q(a+b).(31-a-b).
 */

/* exp(x) in Q0.31 for x in Q0.31, -1/4 <= x < 0: a Taylor polynomial at -1/8. */
static inline int32_t tinyts_softmax_exp_of_quarter(int32_t x) {
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
static inline int32_t tinyts_softmax_exp(int32_t x) {
    /* exp(-2^i) in Q0.31 for i = -2..4: one factor for each bit of -x above 1/8. */
    static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308,
                                       39332535,   720401,     242};
    const int32_t quarter = (int32_t)1 << 24;
    if (x == 0) {
        return INT32_MAX;
    }
    const int32_t part = (int32_t)((uint32_t)x & (uint32_t)(quarter - 1)) - quarter;
    const uint32_t rest = (uint32_t)(part - x);
    int32_t result = tinyts_softmax_exp_of_quarter(part * 32);
    for (int32_t i = 0; i < 7; ++i) {
        if (rest & ((uint32_t)1 << (24 + i))) {
            result = tinyts_doubling_high_multiply(result, factors[i]);
        }
    }
    return result;
}

/* exp of a difference to the greatest value, in Q0.31; shift scales it to Q5.26. */
static inline int32_t tinyts_softmax_term(int32_t difference, int32_t multiplier,
                                          int32_t shift) {
    const int32_t shifted = (int32_t)((uint32_t)difference << shift);
    return tinyts_softmax_exp(tinyts_doubling_high_multiply(shifted, multiplier));
}

/* The greatest of some values. */
static inline int32_t tinyts_softmax_max(const int8_t *values, int32_t count) {
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < count; ++i) {
        max = values[i] > max ? values[i] : max;
    }
    return max;
}

/* Leading zeros of a sum, at most 31. */
static inline int32_t tinyts_softmax_headroom(uint32_t sum) {
    int32_t headroom = 0;
    while (headroom < 31 && !((sum << headroom) & 0x80000000u)) {
        ++headroom;
    }
    return headroom;
}

/* 1 / (1 + x) in Q0.31, saturated, for 0 <= x < 1 in Q0.31: Newton's iteration. */
static inline int32_t tinyts_softmax_reciprocal(int32_t x) {
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

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SOFTMAX_MATH_H */
