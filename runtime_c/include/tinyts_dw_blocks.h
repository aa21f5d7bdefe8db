/*
 * Rows of a depthwise convolution of up to 7x7 taps, channel by channel: the sums of a
 * block of outputs stay in registers while the kernel rows pass by. Taps outside the
 * input cost nothing.
 *
 * Biases: for each kind of rows those of the kinds of columns. Weights of a channel,
 * for each kernel row, pairs of 16 bits: (w[0], w[1]), (w[2], w[3]), ..., the last with
 * 0 if their number is odd; with stride 1 then (w[1], w[2]), (w[3], w[4]), ..., the
 * last with 0 if their number is even.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_BLOCKS_H
#define TINYTS_DW_BLOCKS_H

#include "tinyts_dw_code.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most outputs of a block. */
#define TINYTS_DW_MAX_BLOCK 8
/* Most pairs of columns that a block sees: of stride 2. */
#define TINYTS_DW_MAX_PAIRS ((2 * (TINYTS_DW_MAX_BLOCK - 1) + 7 + 1) / 2)

/* Constants of the code. */
typedef struct {
    int32_t form;
    int32_t shift;
    int32_t row_kinds; /* kinds of output rows */
    int32_t kernel_h;
    int32_t taps; /* kernel columns */
    int32_t stride;
    int32_t padding;
    int32_t inputs; /* columns */
    int32_t outputs;
    int32_t block; /* outputs at a time */
    int32_t pitch; /* bytes from pixel to pixel of the kernel rows */
    int32_t out_pitch;
} tinyts_dw_blocks_shape;

/* Outputs first..last-1 of a row. */
typedef struct {
    int32_t first;
    int32_t last;
} tinyts_dw_block;

/* Word of a kernel row that holds a pair of weights, the first of tap `tap`. */
TINYTS_DW_INLINE int32_t tinyts_dw_pair(int32_t tap, int32_t taps) {
    return tap % 2 ? (taps + 1) / 2 + tap / 2 : tap / 2;
}

/* Words of a kernel row. */
TINYTS_DW_INLINE int32_t tinyts_dw_row_words(const tinyts_dw_blocks_shape *s) {
    return (s->taps + 1) / 2 + (s->stride == 1 ? s->taps / 2 : 0);
}

/*
 * Adds to the sum of an output the products of columns i and i + 1, of which column i
 * is seen by tap `tap`; where only one column exists it is the lower half of `values`.
 */
TINYTS_DW_INLINE int32_t tinyts_dw_add(int32_t sum, int32_t values, int32_t has_0,
                                       int32_t has_1, const int32_t *w, int32_t tap,
                                       int32_t taps) {
    const int32_t sees_0 = has_0 && tap >= 0 && tap < taps;
    const int32_t sees_1 = has_1 && tap >= -1 && tap < taps - 1;
    if (sees_0 && sees_1) {
        return tinyts_smlad(values, w[tinyts_dw_pair(tap, taps)], sum);
    }
    if (sees_0) {
        return tap % 2 ? tinyts_smlabt(values, w[tap / 2], sum)
                       : tinyts_smlabb(values, w[tap / 2], sum);
    }
    if (sees_1 && has_0) {
        return (tap + 1) % 2 ? tinyts_smlatt(values, w[(tap + 1) / 2], sum)
                             : tinyts_smlatb(values, w[(tap + 1) / 2], sum);
    }
    if (sees_1) {
        return (tap + 1) % 2 ? tinyts_smlabt(values, w[(tap + 1) / 2], sum)
                             : tinyts_smlabb(values, w[(tap + 1) / 2], sum);
    }
    return sum;
}

/*
 * Adds one kernel row to the sums of a block: first all columns as pairs, then tap by
 * tap, so that each weight is loaded once.
 */
TINYTS_DW_INLINE void tinyts_dw_block_row(int32_t *sums, const int32_t *w,
                                          const int8_t *in, int32_t pitch,
                                          tinyts_dw_blocks_shape s, tinyts_dw_block b) {
    const int32_t begin = b.first * s.stride - s.padding;
    const int32_t end = (b.last - 1) * s.stride - s.padding + s.taps;
    int32_t pairs[TINYTS_DW_MAX_PAIRS];
    TINYTS_DW_UNROLL
    for (int32_t i = begin; i < end; i += 2) {
        const int32_t has_0 = i >= 0 && i < s.inputs;
        const int32_t has_1 = i + 1 >= 0 && i + 1 < s.inputs && i + 1 < end;
        int32_t pair = 0;
        if (has_0 && has_1) {
            pair = tinyts_pack_low(in[i * pitch], in[(i + 1) * pitch]);
        } else if (has_0) {
            pair = in[i * pitch];
        } else if (has_1) {
            pair = in[(i + 1) * pitch];
        }
        pairs[(i - begin) / 2] = pair;
    }
    TINYTS_DW_UNROLL
    for (int32_t tap = -1; tap < s.taps; ++tap) {
        TINYTS_DW_UNROLL
        for (int32_t x = b.first; x < b.last; ++x) {
            const int32_t i = x * s.stride - s.padding + tap;
            const int32_t has_0 = i >= 0 && i < s.inputs;
            const int32_t has_1 = i + 1 >= 0 && i + 1 < s.inputs && i + 1 < end;
            if (i >= begin && (i - begin) % 2 == 0) {
                sums[x - b.first] =
                    tinyts_dw_add(sums[x - b.first], pairs[(i - begin) / 2], has_0,
                                  has_1, w, tap, s.taps);
            }
        }
    }
}

/* A channel's outputs are computed block by block, each from all its rows, then written. */
TINYTS_DW_INLINE void tinyts_dw_blocks(const tinyts_dw_stage *stage,
                                       const tinyts_dw_rows *rows, int32_t first,
                                       int32_t last, int8_t *out,
                                       tinyts_dw_blocks_shape s) {
    const int32_t row_words = tinyts_dw_row_words(&s);
    const int32_t before = (s.padding + s.stride - 1) / s.stride;
    const int32_t highest =
        tinyts_dw_kind(s.outputs - 1, s.taps, s.stride, s.padding, s.inputs);
    const int32_t kinds = (highest > before ? highest : before) + 1;
    const int32_t scale_words = tinyts_dw_scale_words(s.form);
    const int32_t bias_words = scale_words + s.row_kinds * kinds;
    const int32_t words = bias_words + s.kernel_h * row_words;
    const int32_t biases = scale_words + rows->kind * kinds;
    const int32_t weights = bias_words + rows->first * row_words;
    const int32_t channels = last - first;
    const int32_t *stream = stage->stream + first * words;
    const int8_t *const *const begin = rows->row + rows->first;
    const int8_t *const *const end = rows->row + rows->last;
    for (int32_t channel = 0; channel < channels; ++channel) {
        TINYTS_DW_UNROLL
        for (int32_t x = 0; x < s.outputs; x += s.block) {
            const int32_t behind = x + s.block < s.outputs ? x + s.block : s.outputs;
            const tinyts_dw_block block = {x, behind};
            const int8_t *const *row = begin;
            const int32_t *w = stream + weights;
            int32_t sums[TINYTS_DW_MAX_BLOCK];
            TINYTS_DW_UNROLL
            for (int32_t i = x; i < behind; ++i) {
                sums[i - x] = stream[biases + tinyts_dw_kind(i, s.taps, s.stride,
                                                             s.padding, s.inputs)];
            }
            do {
                const int8_t *const in = *row++ + channel;
                tinyts_dw_block_row(sums, w, in, s.pitch, s, block);
                w += row_words;
            } while (row != end);
            TINYTS_DW_UNROLL
            for (int32_t i = x; i < behind; ++i) {
                out[channel + i * s.out_pitch] =
                    tinyts_dw_output(sums[i - x], stream, s.form, s.shift);
            }
        }
        stream += words;
    }
}

/* Defines a tinyts_dw_row; pitches as in tinyts_dw_3x3.h. */
#define TINYTS_DW_BLOCKS(NAME, FORM, SHIFT, ROW_KINDS, KERNEL_H, TAPS, STRIDE,        \
                         PADDING, INPUTS, OUTPUTS, BLOCK, PITCH, OUT_PITCH,           \
                         TAIL_PITCH, TAIL_OUT_PITCH)                                  \
    static TINYTS_DW_FUNCTION void NAME(                                              \
        const tinyts_dw_stage *stage, const tinyts_dw_rows *rows, int32_t width,      \
        int32_t first, int32_t last, int8_t *out, int32_t pitch) {                    \
        tinyts_dw_blocks_shape shape = {FORM,   SHIFT,   ROW_KINDS, KERNEL_H,         \
                                        TAPS,   STRIDE,  PADDING,   INPUTS,           \
                                        OUTPUTS, BLOCK,  PITCH,     OUT_PITCH};       \
        (void)width;                                                                  \
        if ((TAIL_PITCH) != 0 && tinyts_dw_is_tail(rows, pitch, TAIL_PITCH,           \
                                                   TAIL_OUT_PITCH)) {                 \
            shape.pitch = TAIL_PITCH;                                                 \
            shape.out_pitch = TAIL_OUT_PITCH;                                         \
            tinyts_dw_blocks(stage, rows, first, last, out, shape);                   \
            return;                                                                   \
        }                                                                             \
        (void)pitch;                                                                  \
        tinyts_dw_blocks(stage, rows, first, last, out, shape);                       \
    }

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_BLOCKS_H */
