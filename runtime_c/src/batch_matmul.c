/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_batch_matmul.h"

#include "tinyts_requantize.h"

static int32_t dot(const int8_t *a, int32_t a_offset, const int8_t *b, int32_t b_offset,
                   int32_t depth) {
    int32_t sum = 0;
    for (int32_t i = 0; i < depth; ++i) {
        sum += (a[i] + a_offset) * (b[i] + b_offset);
    }
    return sum;
}

void tinyts_batch_matmul(const tinyts_batch_matmul_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_batch_matmul_layer op = *layer;
    const tinyts_tensor input_1 = *op.input_1;
    const tinyts_tensor input_2 = *op.input_2;
    const tinyts_tensor output = *op.output;
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    for (int32_t y = first; y < last; ++y) {
        const int8_t *a = tinyts_row(&input_1, memory, input_1.height == 1 ? 0 : y);
        const int8_t *const row = tinyts_row(&input_2, memory, input_2.height == 1 ? 0 : y);
        int8_t *out = tinyts_row(&output, memory, y);
        for (int32_t m = 0; m < output.width; ++m) {
            const int8_t *b = row;
            for (int32_t n = 0; n < output.channels; ++n) {
                const int32_t sum = dot(a, op.input_1_offset, b, op.input_2_offset,
                                        input_1.channels);
                out[n] = tinyts_output((uint32_t)sum, op.quant.multiplier,
                                       op.quant.shift, op.output_offset, all);
                b += input_2.pixel_pitch;
            }
            a += input_1.pixel_pitch;
            out += output.pixel_pitch;
        }
    }
}
