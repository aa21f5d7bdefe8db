/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_dw_column.h"

#include "tinyts_dw_code.h"

void tinyts_dw_column(const tinyts_dw_stage *stage, const tinyts_dw_rows *rows,
                      int32_t width, int32_t first, int32_t last, int8_t *out,
                      int32_t pitch) {
    const int8_t *taps[TINYTS_DW_MAX_ROWS];
    const int32_t count = stage->kernel.h;
    const int32_t shift = stage->shift;
    const int32_t *w = stage->stream + first / 4 * stage->words;
    (void)width;
    (void)pitch;
    for (int32_t k = 0; k < count; ++k) {
        taps[k] = k < rows->first || k >= rows->last ? stage->zeros : rows->row[k];
    }
    if (count % 2) {
        taps[count] = taps[count - 1]; /* for a weight of 0 */
    }
    for (int32_t channel = 0; channel < last - first; channel += 4) {
        int32_t sums[4] = {w[0], w[1], w[2], w[3]};
        w += 4;
        for (int32_t k = 0; k < count; k += 2) {
            const int32_t a = tinyts_load_4(taps[k] + channel);
            const int32_t b = tinyts_load_4(taps[k + 1] + channel);
            int32_t pair = tinyts_pack_low(a, b);
            sums[0] = tinyts_smlad(tinyts_sxtb16(pair), w[0], sums[0]);
            sums[1] = tinyts_smlad(tinyts_sxtb16_ror8(pair), w[1], sums[1]);
            TINYTS_AFTER(w, sums[1]);
            pair = tinyts_pack_high(a, b);
            sums[2] = tinyts_smlad(tinyts_sxtb16(pair), w[2], sums[2]);
            sums[3] = tinyts_smlad(tinyts_sxtb16_ror8(pair), w[3], sums[3]);
            w += 4;
        }
        for (int32_t i = 0; i < 4; ++i) {
            if (shift != 0) {
                sums[i] = tinyts_smmla(sums[i], w[2 * i], w[2 * i + 1]) >> shift;
            } else {
                sums[i] = (tinyts_smmlar(sums[i], w[2 * i], w[2 * i + 1]) +
                           (sums[i] >> 31)) >>
                          w[8 + i];
            }
            out[channel + i] = (int8_t)tinyts_ssat8(sums[i]);
        }
        w += shift != 0 ? 8 : 12;
    }
}
