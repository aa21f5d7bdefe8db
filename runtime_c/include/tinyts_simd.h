/*
 * The DSP instructions of Armv7E-M that kernels use, one function each, and the same in
 * plain C for every other machine: a kernel written with them is its own portable twin.
 *
 * A "pair" is two signed 16-bit numbers in one word, the first in the lower half.
 * Sums and products wrap modulo 2^32. Words are little-endian in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SIMD_H
#define TINYTS_SIMD_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && defined(__GNUC__)
#define TINYTS_HAS_DSP 1
#else
#define TINYTS_HAS_DSP 0
#endif

/* Four values from any address; LDR may be unaligned, LDRD may not be made of it. */
typedef int32_t tinyts_unaligned_word __attribute__((aligned(1), may_alias));

static inline int32_t tinyts_load_4(const int8_t *values) {
    return *(const tinyts_unaligned_word *)(const void *)values;
}

static inline void tinyts_store_4(int8_t *values, int32_t word) {
    *(tinyts_unaligned_word *)(void *)values = word;
}

/* A value of which the compiler knows nothing, so that it keeps a loop as it stands. */
#if defined(__GNUC__)
#define TINYTS_OPAQUE(value) __asm__("" : "+r"(value))
#else
#define TINYTS_OPAQUE(value) ((void)(value))
#endif

/* What depends on the one value waits for the other: fewer registers are in use. */
#if defined(__GNUC__)
#define TINYTS_AFTER(value, other) __asm__("" : "+r"(value), "+r"(other))
#else
#define TINYTS_AFTER(value, other) ((void)(value), (void)(other))
#endif

/* The lower and the upper number of a pair, and a pair of two numbers. */
static inline int32_t tinyts_low(int32_t pair) { return (int16_t)(pair & 0xFFFF); }
static inline int32_t tinyts_high(int32_t pair) { return pair >> 16; }
static inline int32_t tinyts_pair(int32_t low, int32_t high) {
    return (int32_t)(((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16));
}

#if TINYTS_HAS_DSP
#define TINYTS_DSP_1(NAME, TEXT)                       \
    static inline int32_t NAME(int32_t a) {            \
        int32_t r;                                     \
        __asm__(TEXT : "=r"(r) : "r"(a));              \
        return r;                                      \
    }
#define TINYTS_DSP_2(NAME, TEXT)                       \
    static inline int32_t NAME(int32_t a, int32_t b) { \
        int32_t r;                                     \
        __asm__(TEXT : "=r"(r) : "r"(a), "r"(b));      \
        return r;                                      \
    }
#define TINYTS_DSP_3(NAME, TEXT)                                  \
    static inline int32_t NAME(int32_t a, int32_t b, int32_t c) { \
        int32_t r;                                                \
        __asm__(TEXT : "=r"(r) : "r"(a), "r"(b), "r"(c));         \
        return r;                                                 \
    }
#define TINYTS_DSP_C_1(NAME, TEXT, VALUE) TINYTS_DSP_1(NAME, TEXT)
#define TINYTS_DSP_C_2(NAME, TEXT, VALUE) TINYTS_DSP_2(NAME, TEXT)
#define TINYTS_DSP_C_3(NAME, TEXT, VALUE) TINYTS_DSP_3(NAME, TEXT)
#else
#define TINYTS_DSP_C_1(NAME, TEXT, VALUE) \
    static inline int32_t NAME(int32_t a) { return VALUE; }
#define TINYTS_DSP_C_2(NAME, TEXT, VALUE) \
    static inline int32_t NAME(int32_t a, int32_t b) { return VALUE; }
#define TINYTS_DSP_C_3(NAME, TEXT, VALUE) \
    static inline int32_t NAME(int32_t a, int32_t b, int32_t c) { return VALUE; }
#endif

/* Bytes 0 and 2 of a word as a pair, signed; and bytes 1 and 3. */
TINYTS_DSP_C_1(tinyts_sxtb16, "sxtb16 %0, %1",
               tinyts_pair((int8_t)(a & 0xFF), (int8_t)((a >> 16) & 0xFF)))
TINYTS_DSP_C_1(tinyts_sxtb16_ror8, "sxtb16 %0, %1, ror #8",
               tinyts_pair((int8_t)((a >> 8) & 0xFF), (int8_t)((a >> 24) & 0xFF)))
/* The same, unsigned. */
TINYTS_DSP_C_1(tinyts_uxtb16, "uxtb16 %0, %1",
               (int32_t)((uint32_t)a & 0x00FF00FFu))
TINYTS_DSP_C_1(tinyts_uxtb16_ror8, "uxtb16 %0, %1, ror #8",
               (int32_t)(((uint32_t)a >> 8) & 0x00FF00FFu))
/* a plus bytes 0 and 2, or 1 and 3, of b, half by half. */
TINYTS_DSP_C_2(tinyts_sxtab16, "sxtab16 %0, %1, %2",
               tinyts_pair(tinyts_low(a) + (int8_t)(b & 0xFF),
                           tinyts_high(a) + (int8_t)((b >> 16) & 0xFF)))
TINYTS_DSP_C_2(tinyts_sxtab16_ror8, "sxtab16 %0, %1, %2, ror #8",
               tinyts_pair(tinyts_low(a) + (int8_t)((b >> 8) & 0xFF),
                           tinyts_high(a) + (int8_t)((b >> 24) & 0xFF)))
/* A pair of the lower halves of a and b; of the upper ones of a (first) and b. */
TINYTS_DSP_C_2(tinyts_pack_low, "pkhbt %0, %1, %2, lsl #16",
               (int32_t)(((uint32_t)a & 0xFFFFu) | ((uint32_t)b << 16)))
TINYTS_DSP_C_2(tinyts_pack_high, "pkhtb %0, %2, %1, asr #16",
               (int32_t)((((uint32_t)a >> 16) & 0xFFFFu) | ((uint32_t)b & 0xFFFF0000u)))
/* c plus the products of a pair with a pair, lower with lower, upper with upper. */
TINYTS_DSP_C_3(tinyts_smlad, "smlad %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(tinyts_low(a) * tinyts_low(b)) +
                         (uint32_t)(tinyts_high(a) * tinyts_high(b))))
/* c plus the product of one half of a with one of b: bottom or top. */
TINYTS_DSP_C_3(tinyts_smlabb, "smlabb %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(tinyts_low(a) * tinyts_low(b))))
TINYTS_DSP_C_3(tinyts_smlabt, "smlabt %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(tinyts_low(a) * tinyts_high(b))))
TINYTS_DSP_C_3(tinyts_smlatb, "smlatb %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(tinyts_high(a) * tinyts_low(b))))
TINYTS_DSP_C_3(tinyts_smlatt, "smlatt %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(tinyts_high(a) * tinyts_high(b))))
/* c plus the upper word of the product a * b: rounded down; and to nearest, ties up. */
TINYTS_DSP_C_3(tinyts_smmla, "smmla %0, %1, %2, %3",
               (int32_t)((uint32_t)c + (uint32_t)(((int64_t)a * b) >> 32)))
TINYTS_DSP_C_3(tinyts_smmlar, "smmlar %0, %1, %2, %3",
               (int32_t)((uint32_t)c +
                         (uint32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32)))

/* The greater of each two signed bytes. */
static inline int32_t tinyts_max_4(int32_t a, int32_t b) {
#if TINYTS_HAS_DSP
    int32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b) : "cc");
    return r;
#else
    int8_t x[4];
    int8_t y[4];
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    for (int32_t i = 0; i < 4; ++i) {
        x[i] = x[i] > y[i] ? x[i] : y[i];
    }
    memcpy(&a, x, sizeof x);
    return a;
#endif
}

/* The lesser of each two. */
static inline int32_t tinyts_min_4(int32_t a, int32_t b) {
#if TINYTS_HAS_DSP
    int32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(r) : "r"(a), "r"(b) : "cc");
    return r;
#else
    return ~tinyts_max_4(~a, ~b); /* ~x is -1 - x, byte by byte */
#endif
}

/* A byte four times. */
static inline int32_t tinyts_splat_4(int32_t value) {
    return (int32_t)(((uint32_t)value & 0xFFu) * 0x01010101u);
}

/* The value within -128..127; within 0..255. */
static inline int32_t tinyts_ssat8(int32_t value) {
#if TINYTS_HAS_DSP
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(value));
    return r;
#else
    return value < -128 ? -128 : value > 127 ? 127 : value;
#endif
}

static inline int32_t tinyts_usat8(int32_t value) {
#if TINYTS_HAS_DSP
    int32_t r;
    __asm__("usat %0, #8, %1" : "=r"(r) : "r"(value));
    return r;
#else
    return value < 0 ? 0 : value > 255 ? 255 : value;
#endif
}

/*
 * The same of value >> SHIFT, in one instruction; SHIFT is a constant in 1..31. Macros:
 * an instruction's operand must be known where it is printed.
 */
#if TINYTS_HAS_DSP
#define TINYTS_SSAT8_ASR(RESULT, VALUE, SHIFT) \
    __asm__("ssat %0, #8, %1, asr %2" : "=r"(RESULT) : "r"(VALUE), "I"(SHIFT))
#define TINYTS_USAT8_ASR(RESULT, VALUE, SHIFT) \
    __asm__("usat %0, #8, %1, asr %2" : "=r"(RESULT) : "r"(VALUE), "I"(SHIFT))
#else
#define TINYTS_SSAT8_ASR(RESULT, VALUE, SHIFT) \
    ((RESULT) = tinyts_ssat8((VALUE) >> (SHIFT)))
#define TINYTS_USAT8_ASR(RESULT, VALUE, SHIFT) \
    ((RESULT) = tinyts_usat8((VALUE) >> (SHIFT)))
#endif

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SIMD_H */
