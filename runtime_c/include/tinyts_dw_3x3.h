/*
 * Rows of a depthwise convolution of 3x3 taps, channel by channel: the weights of a
 * channel stay in registers while its columns pass by, each seen by the sums of three
 * outputs (stride 1) or two.
 *
 * Biases: those of the kinds of columns; rows outside the input are read as rows of
 * its zero point. Weights of a channel, pairs of 16 bits, w[ky][kx]:
 * (w[0][0], w[1][0]), (w[0][1], w[1][1]), (w[0][2], w[1][2]), (w[2][0], w[2][1]),
 * (w[2][2], 0).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_3X3_H
#define TINYTS_DW_3X3_H

#include "tinyts_dw_code.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers along the row; where they are constants, so are the loops. */
typedef struct {
    int32_t form;
    int32_t shift;
    int32_t stride;
    int32_t padding;
    int32_t inputs;
    int32_t outputs;
    int32_t pitch; /* of the kernel rows */
    int32_t out_pitch;
} tinyts_dw_3x3_shape;

/* Sums of products and where they stand while columns pass by. */
typedef struct {
    int32_t upper[3];
    int32_t lower_01;
    int32_t lower_2;
} tinyts_dw_3x3_weights;

/* Adds tap `tap` of a column: of the two upper rows as a pair, of the lower row. */
TINYTS_DW_INLINE int32_t tinyts_dw_3x3_add(const tinyts_dw_3x3_weights *w, int32_t tap,
                                           int32_t upper, int32_t lower, int32_t sum) {
    sum = tinyts_smlad(upper, w->upper[tap], sum);
    return tap == 0   ? tinyts_smlabb(lower, w->lower_01, sum)
           : tap == 1 ? tinyts_smlabt(lower, w->lower_01, sum)
                      : tinyts_smlabb(lower, w->lower_2, sum);
}

/* The rows that a call reads: of zeros where they lie outside the input. */
TINYTS_DW_INLINE const int8_t *tinyts_dw_3x3_row(const tinyts_dw_stage *stage,
                                                 const tinyts_dw_rows *rows,
                                                 int32_t k) {
    return k < rows->first || k >= rows->last ? stage->zeros : rows->row[k];
}

/*
 * A channel's columns are read ascending; output x is written when the last column of
 * its window has been read. Then come the other channels.
 */
TINYTS_DW_INLINE void tinyts_dw_3x3(const tinyts_dw_stage *stage,
                                    const tinyts_dw_rows *rows, int32_t first,
                                    int32_t last, int8_t *out, tinyts_dw_3x3_shape s) {
    const int32_t scale_words = tinyts_dw_scale_words(s.form);
    const int32_t before = (s.padding + s.stride - 1) / s.stride;
    const int32_t highest =
        tinyts_dw_kind(s.outputs - 1, 3, s.stride, s.padding, s.inputs);
    const int32_t kinds = (highest > before ? highest : before) + 1;
    const int32_t words = scale_words + kinds + 5;
    const int32_t *stream = stage->stream + first * words;
    const int32_t *const end = stage->stream + last * words;
    const int8_t *row_0 = tinyts_dw_3x3_row(stage, rows, 0);
    const int8_t *row_1 = tinyts_dw_3x3_row(stage, rows, 1);
    const int8_t *row_2 = tinyts_dw_3x3_row(stage, rows, 2);
    for (; stream < end; stream += words) {
        const int32_t scale[3] = {stream[0], stream[1], stream[2]};
        const int32_t *const biases = stream + scale_words;
        const int32_t *const w = biases + kinds;
        const tinyts_dw_3x3_weights weights = {{w[0], w[1], w[2]}, w[3], w[4]};
        int32_t sums[3] = {0, 0, 0};
        TINYTS_DW_UNROLL
        for (int32_t i = 0; i < s.inputs; ++i) {
            const int32_t lower = row_2[i * s.pitch];
            const int32_t upper =
                tinyts_pack_low(row_0[i * s.pitch], row_1[i * s.pitch]);
            TINYTS_DW_UNROLL
            for (int32_t tap = 2; tap >= 0; --tap) {
                const int32_t at = i + s.padding - tap;
                const int32_t x = at / s.stride;
                if (at < 0 || x * s.stride != at || x >= s.outputs) {
                    continue;
                }
                const int32_t kind =
                    tinyts_dw_kind(x, 3, s.stride, s.padding, s.inputs);
                const int32_t begins = tap == 0 || i == 0;
                const int32_t sum = begins ? biases[kind] : sums[x % 3];
                sums[x % 3] = tinyts_dw_3x3_add(&weights, tap, upper, lower, sum);
                if (tap == 2 || i == s.inputs - 1) {
                    out[x * s.out_pitch] =
                        tinyts_dw_output(sums[x % 3], scale, s.form, s.shift);
                }
            }
        }
        ++row_0;
        ++row_1;
        ++row_2;
        ++out;
    }
}

/*
 * Defines a tinyts_dw_row for pixels PITCH bytes apart in all rows, OUT_PITCH in the
 * output. In a fused layer the last group of channels may be smaller than the others:
 * with TAIL_PITCH and TAIL_OUT_PITCH; otherwise these are 0.
 */
#define TINYTS_DW_3X3(NAME, FORM, SHIFT, STRIDE, PADDING, INPUTS, OUTPUTS, PITCH,     \
                      OUT_PITCH, TAIL_PITCH, TAIL_OUT_PITCH)                          \
    static TINYTS_DW_FUNCTION void NAME(                                              \
        const tinyts_dw_stage *stage, const tinyts_dw_rows *rows, int32_t width,      \
        int32_t first, int32_t last, int8_t *out, int32_t pitch) {                    \
        tinyts_dw_3x3_shape shape = {FORM,   SHIFT,   STRIDE, PADDING,                \
                                     INPUTS, OUTPUTS, PITCH,  OUT_PITCH};             \
        (void)width;                                                                  \
        if ((TAIL_PITCH) != 0 && tinyts_dw_is_tail(rows, pitch, TAIL_PITCH,           \
                                                   TAIL_OUT_PITCH)) {                 \
            shape.pitch = TAIL_PITCH;                                                 \
            shape.out_pitch = TAIL_OUT_PITCH;                                         \
            tinyts_dw_3x3(stage, rows, first, last, out, shape);                      \
            return;                                                                   \
        }                                                                             \
        (void)pitch;                                                                  \
        tinyts_dw_3x3(stage, rows, first, last, out, shape);                          \
    }

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_3X3_H */
