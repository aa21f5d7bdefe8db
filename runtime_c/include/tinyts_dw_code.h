/*
 * What the row functions of depthwise convolutions share. They are instances of macros,
 * printed into the source of a model: all sizes are constants of their code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_CODE_H
#define TINYTS_DW_CODE_H

#include "tinyts_dw_stage.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TINYTS_DW_INLINE static inline __attribute__((always_inline, unused))
#else
#define TINYTS_DW_INLINE static inline
#endif

/*
 * Before a loop whose counts are constants. Before a function of such loops: GCC's
 * scheduler would give it more live variables than there are registers.
 */
#if defined(__clang__)
#define TINYTS_DW_UNROLL _Pragma("unroll")
#define TINYTS_DW_FUNCTION __attribute__((unused))
#elif defined(__GNUC__)
#define TINYTS_DW_UNROLL _Pragma("GCC unroll 128")
#define TINYTS_DW_FUNCTION \
    __attribute__((unused, optimize("no-schedule-insns", "no-tree-pre", \
                                     "ira-algorithm=priority")))
#else
#define TINYTS_DW_UNROLL
#define TINYTS_DW_FUNCTION
#endif

/* Forms of requantization; in the last, negative results end at the zero point. */
enum { TINYTS_DW_RELU = 0, TINYTS_DW_ANY = 1, TINYTS_DW_POSITIVE = 2 };

/* Words of the scale of a channel. */
TINYTS_DW_INLINE int32_t tinyts_dw_scale_words(int32_t form) {
    return form == TINYTS_DW_RELU ? 2 : 3;
}

/* Whether a call has the pitches of the last, smaller group of channels. */
TINYTS_DW_INLINE int32_t tinyts_dw_is_tail(const tinyts_dw_rows *rows,
                                           int32_t out_pitch, int32_t tail_pitch,
                                           int32_t tail_out_pitch) {
    return rows->pitch == tail_pitch && out_pitch == tail_out_pitch;
}

/* A sum of products made an output. `shift` is a constant, of the form relu. */
TINYTS_DW_INLINE int8_t tinyts_dw_output(int32_t x, const int32_t *scale, int32_t form,
                                         int32_t shift) {
    if (form == TINYTS_DW_RELU) {
        int32_t out;
#if defined(__OPTIMIZE__)
        TINYTS_SSAT8_ASR(out, tinyts_smmla(x, scale[0], scale[1]), shift);
#else
        out = tinyts_ssat8(tinyts_smmla(x, scale[0], scale[1]) >> shift);
#endif
        return (int8_t)out;
    }
    int32_t y = tinyts_smmlar(x, scale[0], scale[1]);
    if (form == TINYTS_DW_ANY) {
        y += x >> 31;
    }
    return (int8_t)tinyts_ssat8(y >> scale[2]);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_CODE_H */
