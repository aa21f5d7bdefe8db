/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_squared_difference.h"

#include "tinyts_pairs.h"
#include "tinyts_requantize.h"

static void squared_difference_run(const void *layer, tinyts_pair_run run) {
    /* A copy: the compiler knows that no store to the output changes it. */
    const tinyts_squared_difference_layer op =
        *(const tinyts_squared_difference_layer *)layer;
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    const int32_t unit = (int32_t)1 << op.left_shift;
    for (int32_t i = 0; i < run.count; ++i) {
        const int32_t in_1 = (run.a[i * run.a_step] + op.input_1_offset) * unit;
        const int32_t in_2 = (run.b[i * run.b_step] + op.input_2_offset) * unit;
        const int32_t difference =
            tinyts_requantize(in_1, op.input_1_quant.multiplier,
                              op.input_1_quant.shift) -
            tinyts_requantize(in_2, op.input_2_quant.multiplier,
                              op.input_2_quant.shift);
        run.out[i] = tinyts_output((uint32_t)(difference * difference),
                                   op.output_quant.multiplier, op.output_quant.shift,
                                   op.output_offset, all);
    }
}

void tinyts_squared_difference(const tinyts_squared_difference_layer *layer,
                               tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_operands pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, squared_difference_run, layer);
}
