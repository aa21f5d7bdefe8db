/*
 * Values of two pixels widened for the panels of two pixels: see tinyts_panel.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_WIDEN_H
#define TINYTS_WIDEN_H

#include "tinyts.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One word of each of two pixels; all three places move on. */
static inline void tinyts_widen_word(int32_t **values, const int8_t **x,
                                     const int8_t **y) {
#if TINYTS_HAS_DSP
    int32_t a, b, c, d;
    __asm__ volatile("ldr %0, [%4], #4\n\t"
                     "ldr %1, [%5], #4\n\t"
                     "sxtb16 %2, %0\n\t"
                     "sxtb16 %3, %1\n\t"
                     "sxtb16 %0, %0, ror #8\n\t"
                     "sxtb16 %1, %1, ror #8\n\t"
                     "strd %2, %3, [%6], #8\n\t"
                     "strd %0, %1, [%6], #8"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "+r"(*x), "+r"(*y),
                       "+r"(*values)
                     :
                     : "memory");
#else
    const int32_t a = tinyts_load_4(*x);
    const int32_t b = tinyts_load_4(*y);
    (*values)[0] = tinyts_sxtb16(a);
    (*values)[1] = tinyts_sxtb16(b);
    (*values)[2] = tinyts_sxtb16_ror8(a);
    (*values)[3] = tinyts_sxtb16_ror8(b);
    *x += 4;
    *y += 4;
    *values += 4;
#endif
}

/* Words of two pixels; all three places move on. */
static inline void tinyts_widen_2(int32_t **values, const int8_t **x, const int8_t **y,
                                  int32_t words) {
    int32_t *const end = *values + 4 * words;
    if (words & 1) {
        tinyts_widen_word(values, x, y);
    }
    while (*values != end) {
        tinyts_widen_word(values, x, y);
        tinyts_widen_word(values, x, y);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_WIDEN_H */
