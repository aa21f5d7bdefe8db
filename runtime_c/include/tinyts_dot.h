/*
 * Products of one run of input values with the weights of one or four output channels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DOT_H
#define TINYTS_DOT_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds to the sums of four output channels, whose weights begin `filter` bytes apart,
 * the products of `length` values, each with the offset, modulo 2^32.
 */
static inline void tinyts_dot_4(const int8_t *in, const int8_t *w_0, int32_t filter,
                                int32_t length, int32_t offset, uint32_t sums[4]) {
    const int8_t *const w_1 = w_0 + filter;
    const int8_t *const w_2 = w_1 + filter;
    const int8_t *const w_3 = w_2 + filter;
    uint32_t sum_0 = sums[0];
    uint32_t sum_1 = sums[1];
    uint32_t sum_2 = sums[2];
    uint32_t sum_3 = sums[3];
    for (int32_t i = 0; i < length; ++i) {
        const int32_t value = in[i] + offset;
        sum_0 += (uint32_t)(value * w_0[i]);
        sum_1 += (uint32_t)(value * w_1[i]);
        sum_2 += (uint32_t)(value * w_2[i]);
        sum_3 += (uint32_t)(value * w_3[i]);
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The sum of products of one output channel. */
static inline uint32_t tinyts_dot_1(const int8_t *in, const int8_t *w, int32_t length,
                                    int32_t offset) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < length; ++i) {
        sum += (uint32_t)((in[i] + offset) * w[i]);
    }
    return sum;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DOT_H */
