/*
 * Rows of a depthwise convolution of up to 7x7 taps as in tinyts_dw_blocks.h, from
 * constants that take as little flash as the portable kernel's, for inputs whose zero
 * point is -128: values are read as q + 128, so taps outside the input add nothing.
 *
 * Stream of a channel, in words: bias, m, c, s, then for each kernel row the bytes
 * (w[0], w[2], w[1], w[3]), (w[4], w[6], w[5], w[7]), of which only those exist that
 * have weights. With x = bias + sum of products
 *     out = sat(hi_rounded(2 * x * m) + c - (x < 0) >> s)
 * where in the form relu the least value is the zero point, and - (x < 0) is left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_COMPACT_H
#define TINYTS_DW_COMPACT_H

#include "tinyts_dw_code.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most outputs of a block, most pairs of taps of a kernel row. */
#define TINYTS_DW_COMPACT_BLOCK 6
#define TINYTS_DW_COMPACT_PAIRS 4

/* Constants of the code. */
typedef struct {
    int32_t form;
    int32_t taps; /* kernel columns */
    int32_t kernel_h;
    int32_t stride;
    int32_t padding;
    int32_t inputs; /* columns */
    int32_t outputs;
    int32_t block; /* outputs at a time */
    int32_t pitch; /* bytes from pixel to pixel of the kernel rows */
    int32_t out_pitch;
} tinyts_dw_compact_shape;

/*
 * Columns i and i + 1 as a pair of values without sign, 0 where there is no column;
 * `flip` is 0x00800080.
 */
TINYTS_DW_INLINE int32_t tinyts_dw_compact_pair(const uint8_t *in, int32_t i,
                                                tinyts_dw_compact_shape s,
                                                int32_t flip) {
    const int32_t has_0 = i >= 0 && i < s.inputs;
    const int32_t has_1 = i + 1 >= 0 && i + 1 < s.inputs;
    if (has_0 && has_1) {
        return tinyts_pack_low(in[i * s.pitch], in[(i + 1) * s.pitch]) ^ flip;
    }
    if (has_0) {
        return in[i * s.pitch] ^ 0x80;
    }
    return has_1 ? (in[(i + 1) * s.pitch] ^ 0x80) << 16 : 0;
}

/*
 * Adds a kernel row to the sums of `count` outputs whose windows begin at columns
 * begin, begin + 2, ...
 */
TINYTS_DW_INLINE void tinyts_dw_compact_row(int32_t *sums, const int32_t *w,
                                            const uint8_t *in, int32_t begin,
                                            int32_t count, tinyts_dw_compact_shape s,
                                            int32_t flip) {
    const int32_t pairs = (s.taps + 1) / 2;
    int32_t weights[TINYTS_DW_COMPACT_PAIRS];
    TINYTS_DW_UNROLL
    for (int32_t p = 0; p < pairs; ++p) {
        weights[p] = p % 2 ? tinyts_sxtb16_ror8(w[p / 2]) : tinyts_sxtb16(w[p / 2]);
    }
    TINYTS_DW_UNROLL
    for (int32_t v = 0; v < count + pairs - 1; ++v) {
        const int32_t i = begin + 2 * v;
        if (i + 1 < 0 || i >= s.inputs) {
            continue;
        }
        const int32_t values = tinyts_dw_compact_pair(in, i, s, flip);
        TINYTS_DW_UNROLL
        for (int32_t n = 0; n < count; ++n) {
            if (v - n >= 0 && v - n < pairs) {
                sums[n] = tinyts_smlad(values, weights[v - n], sums[n]);
            }
        }
    }
}

/* A sum made an output. */
TINYTS_DW_INLINE int8_t tinyts_dw_compact_output(int32_t x, const int32_t *scale,
                                                 int32_t form) {
    int32_t y = tinyts_smmlar((int32_t)((uint32_t)x << 1), scale[0], scale[1]);
    if (form != TINYTS_DW_RELU) {
        y += x >> 31;
    }
    return (int8_t)tinyts_ssat8(y >> scale[2]);
}

/*
 * A channel's outputs are computed block by block, each from all its rows, then
 * written. With stride 1 a block has every other output: those of even columns come
 * first.
 */
TINYTS_DW_INLINE void tinyts_dw_compact(const tinyts_dw_stage *stage,
                                        const tinyts_dw_rows *rows, int32_t first,
                                        int32_t last, int8_t *out,
                                        tinyts_dw_compact_shape s) {
    const int32_t row_words = (s.taps + 3) / 4;
    const int32_t words = 4 + s.kernel_h * row_words;
    const int32_t weights = 4 + rows->first * row_words;
    const int32_t channels = last - first;
    const int32_t step = s.stride == 1 ? 2 : 1;
    const int32_t *stream = stage->stream + first * words;
    const int8_t *const *const begin = rows->row + rows->first;
    const int8_t *const *const end = rows->row + rows->last;
    int32_t flip = 0x00800080;
#if defined(__GNUC__)
    __asm__("" : "+r"(flip)); /* one register rather than a constant each time */
#endif
    for (int32_t channel = 0; channel < channels; ++channel) {
        TINYTS_DW_UNROLL
        for (int32_t start = 0; start < s.outputs; start += step * s.block) {
            const int32_t behind = start + step < s.outputs ? start + step : s.outputs;
            TINYTS_DW_UNROLL
            for (int32_t x = start; x < behind; ++x) {
                const int32_t left = (s.outputs - x + step - 1) / step;
                const int32_t count = left < s.block ? left : s.block;
                const int8_t *const *row = begin;
                const int32_t *w = stream + weights;
                int32_t sums[TINYTS_DW_COMPACT_BLOCK];
                TINYTS_DW_UNROLL
                for (int32_t n = 0; n < count; ++n) {
                    sums[n] = stream[0];
                }
                do {
                    const uint8_t *const in = (const uint8_t *)*row++ + channel;
                    tinyts_dw_compact_row(sums, w, in, x * s.stride - s.padding, count,
                                          s, flip);
                    w += row_words;
                } while (row != end);
                TINYTS_DW_UNROLL
                for (int32_t n = 0; n < count; ++n) {
                    out[channel + (x + n * step) * s.out_pitch] =
                        tinyts_dw_compact_output(sums[n], stream + 1, s.form);
                }
            }
        }
        stream += words;
    }
}

/* Defines a tinyts_dw_row; pitches as in tinyts_dw_3x3.h. */
#define TINYTS_DW_COMPACT(NAME, FORM, KERNEL_H, TAPS, STRIDE, PADDING, INPUTS,        \
                          OUTPUTS, BLOCK, PITCH, OUT_PITCH, TAIL_PITCH,               \
                          TAIL_OUT_PITCH)                                             \
    static TINYTS_DW_FUNCTION void NAME(                                              \
        const tinyts_dw_stage *stage, const tinyts_dw_rows *rows, int32_t width,      \
        int32_t first, int32_t last, int8_t *out, int32_t pitch) {                    \
        tinyts_dw_compact_shape shape = {FORM,    TAPS,   KERNEL_H, STRIDE, PADDING,  \
                                         INPUTS,  OUTPUTS, BLOCK,   PITCH,            \
                                         OUT_PITCH};                                  \
        (void)width;                                                                  \
        if ((TAIL_PITCH) != 0 && tinyts_dw_is_tail(rows, pitch, TAIL_PITCH,           \
                                                   TAIL_OUT_PITCH)) {                 \
            shape.pitch = TAIL_PITCH;                                                 \
            shape.out_pitch = TAIL_OUT_PITCH;                                         \
            tinyts_dw_compact(stage, rows, first, last, out, shape);                  \
            return;                                                                   \
        }                                                                             \
        (void)pitch;                                                                  \
        tinyts_dw_compact(stage, rows, first, last, out, shape);                      \
    }

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_COMPACT_H */
