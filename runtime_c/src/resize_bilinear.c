/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_resize_bilinear.h"

#define ONE 1024

/* Two neighbours along an axis, and the weight of the upper one in 1/1024. */
typedef struct {
    int32_t lower;
    int32_t upper;
    int32_t weight;
} neighbours;

static inline neighbours neighbours_of(int32_t index, int32_t step, int32_t offset,
                                       int32_t size) {
    const int32_t at = index * step + offset;
    neighbours found;
    found.lower = at < 0 ? 0 : at / ONE;
    found.upper = (at + ONE - 1) / ONE;
    if (found.upper > size - 1) {
        found.upper = size - 1;
    }
    found.weight = at - ONE * found.lower;
    return found;
}

/* sum / 2^20 to nearest, halves away from zero: down from one less for negative sums. */
static inline int8_t rounded(int32_t sum) {
    return (int8_t)((sum + (sum >> 31) + ONE * ONE / 2) >> 20);
}

void tinyts_resize_bilinear(const tinyts_resize_bilinear_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_resize_bilinear_layer copy = *layer;
    const tinyts_tensor input = *copy.input;
    const tinyts_tensor output = *copy.output;
    for (int32_t y = first; y < last; ++y) {
        const neighbours rows = neighbours_of(y - copy.output_row, copy.step.h,
                                              copy.offset.h, copy.input_height);
        const int8_t *const above =
            tinyts_row(&input, memory, rows.lower + copy.input_row);
        const int8_t *const below =
            tinyts_row(&input, memory, rows.upper + copy.input_row);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            const neighbours columns =
                neighbours_of(x + copy.output_column, copy.step.w, copy.offset.w,
                              copy.input_width);
            const int32_t left =
                (columns.lower - copy.input_column) * input.pixel_pitch;
            const int32_t right =
                (columns.upper - copy.input_column) * input.pixel_pitch;
            const int32_t above_right = (ONE - rows.weight) * columns.weight;
            const int32_t below_right = rows.weight * columns.weight;
            const int32_t above_left = (ONE - rows.weight) * ONE - above_right;
            const int32_t below_left = rows.weight * ONE - below_right;
            for (int32_t c = 0; c < output.channels; ++c) {
                out[c] = rounded(above[left + c] * above_left +
                                 below[left + c] * below_left +
                                 above[right + c] * above_right +
                                 below[right + c] * below_right);
            }
            out += output.pixel_pitch;
        }
    }
}
