/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_dw_3x3_any.h"

#include "tinyts_dw_code.h"

/* The products of one column, whose bytes are those of its three rows. */
static inline int32_t add_column(int32_t sum, const int32_t *w, int32_t tap,
                                 const int8_t column[3]) {
    const int32_t lower = tap == 1 ? tinyts_high(w[3]) : tinyts_low(w[3 + tap / 2]);
    sum = tinyts_smlad(tinyts_pack_low(column[0], column[1]), w[tap], sum);
    return sum + column[2] * lower;
}

void tinyts_dw_3x3_any(const tinyts_dw_stage *stage, const tinyts_dw_rows *rows,
                       int32_t width, int32_t first, int32_t last, int8_t *out,
                       int32_t pitch) {
    const int32_t stride = stage->params.stride.w;
    const int32_t padding = stage->params.padding.w;
    const int32_t form = stage->shift == 0 ? TINYTS_DW_ANY : TINYTS_DW_RELU;
    const int32_t biases = tinyts_dw_scale_words(form);
    const int32_t weights = stage->words - 5;
    for (int32_t channel = 0; channel < last - first; ++channel) {
        const int32_t *const stream = stage->stream + (first + channel) * stage->words;
        for (int32_t x = 0; x < width; ++x) {
            const int32_t in_x = x * stride - padding;
            const int32_t kind = tinyts_dw_kind(x, 3, stride, padding, stage->inputs);
            int32_t sum = stream[biases + kind];
            for (int32_t tap = 0; tap < 3; ++tap) {
                int8_t column[3];
                if (in_x + tap < 0 || in_x + tap >= stage->inputs) {
                    continue;
                }
                for (int32_t k = 0; k < 3; ++k) {
                    column[k] = k < rows->first || k >= rows->last
                                    ? stage->zeros[0]
                                    : rows->row[k][(in_x + tap) * rows->pitch[k] +
                                                   channel];
                }
                sum = add_column(sum, stream + weights, tap, column);
            }
            out[channel + x * pitch] =
                form == TINYTS_DW_RELU
                    ? (int8_t)tinyts_ssat8(tinyts_smmla(sum, stream[0], stream[1]) >>
                                           stage->shift)
                    : tinyts_dw_output(sum, stream, form, 0);
        }
    }
}
