/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_sub.h"

#include "tinyts_pairs.h"
#include "tinyts_requantize.h"

/* One input on the common scale. */
static inline int32_t scale(int32_t value, int32_t left_shift,
                            tinyts_per_tensor_quant_params quant) {
    return tinyts_requantize((int32_t)((uint32_t)value << left_shift), quant.multiplier,
                             quant.shift);
}

static void sub_run(const void *layer, tinyts_pair_run run) {
    /* A copy: the compiler knows that no store to the output changes it. */
    const tinyts_sub_layer sub = *(const tinyts_sub_layer *)layer;
    for (int32_t i = 0; i < run.count; ++i) {
        const int32_t in_1 = run.a[i * run.a_step] + sub.input_1_offset;
        const int32_t in_2 = run.b[i * run.b_step] + sub.input_2_offset;
        const uint32_t difference =
            (uint32_t)scale(in_1, sub.left_shift, sub.input_1_quant) -
            (uint32_t)scale(in_2, sub.left_shift, sub.input_2_quant);
        run.out[i] = tinyts_output(difference, sub.output_quant.multiplier,
                                   sub.output_quant.shift, sub.output_offset,
                                   sub.activation);
    }
}

void tinyts_sub(const tinyts_sub_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_operands pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, sub_run, layer);
}
