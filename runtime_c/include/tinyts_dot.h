/*
 * Products of one run of input values with the weights of one or four output channels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DOT_H
#define TINYTS_DOT_H

#include "tinyts.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds to a sum four products, modulo 2^32: `first` holds values 0 and 2 as a pair,
 * `second` values 1 and 3.
 */
static inline uint32_t tinyts_dot_word(int32_t first, int32_t second, const int8_t *w,
                                       uint32_t sum) {
    const int32_t word = tinyts_load_4(w);
    const int32_t part = tinyts_smlad(first, tinyts_sxtb16(word), (int32_t)sum);
    return (uint32_t)tinyts_smlad(second, tinyts_sxtb16_ror8(word), part);
}

/*
 * Adds to the sums of four output channels, whose weights begin `filter` bytes apart,
 * the products of `length` values, each with the offset, modulo 2^32. A value and the
 * offset, -127..128, fit into 16 bits.
 */
static inline void tinyts_dot_4(const int8_t *in, const int8_t *w_0, int32_t filter,
                                int32_t length, int32_t offset, uint32_t sums[4]) {
    const int32_t offsets = tinyts_pair(offset, offset);
    const int8_t *const w_1 = w_0 + filter;
    const int8_t *const w_2 = w_1 + filter;
    const int8_t *const w_3 = w_2 + filter;
    uint32_t sum_0 = sums[0];
    uint32_t sum_1 = sums[1];
    uint32_t sum_2 = sums[2];
    uint32_t sum_3 = sums[3];
    int32_t i = 0;
    for (; i + 4 <= length; i += 4) {
        const int32_t word = tinyts_load_4(in + i);
        const int32_t first = tinyts_sxtab16(offsets, word);
        const int32_t second = tinyts_sxtab16_ror8(offsets, word);
        sum_0 = tinyts_dot_word(first, second, w_0 + i, sum_0);
        sum_1 = tinyts_dot_word(first, second, w_1 + i, sum_1);
        sum_2 = tinyts_dot_word(first, second, w_2 + i, sum_2);
        sum_3 = tinyts_dot_word(first, second, w_3 + i, sum_3);
    }
    for (; i < length; ++i) {
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
    const int32_t offsets = tinyts_pair(offset, offset);
    uint32_t sum = 0;
    int32_t i = 0;
    for (; i + 4 <= length; i += 4) {
        const int32_t word = tinyts_load_4(in + i);
        sum = tinyts_dot_word(tinyts_sxtab16(offsets, word),
                              tinyts_sxtab16_ror8(offsets, word), w + i, sum);
    }
    for (; i < length; ++i) {
        sum += (uint32_t)((in[i] + offset) * w[i]);
    }
    return sum;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DOT_H */
