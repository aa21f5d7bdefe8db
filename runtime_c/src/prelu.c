/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_prelu.h"

#include "tinyts_pairs.h"
#include "tinyts_requantize.h"

static void prelu_run(const void *layer, tinyts_pair_run run) {
    /* A copy: the compiler knows that no store to the output changes it. */
    const tinyts_prelu_layer prelu = *(const tinyts_prelu_layer *)layer;
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    for (int32_t i = 0; i < run.count; ++i) {
        const int32_t value = run.a[i * run.a_step] + prelu.input_1_offset;
        const int32_t slope = run.b[i * run.b_step] + prelu.input_2_offset;
        const tinyts_per_tensor_quant_params quant =
            value >= 0 ? prelu.identity_quant : prelu.product_quant;
        const int32_t scaled = value >= 0 ? value : value * slope;
        run.out[i] = tinyts_output((uint32_t)scaled, quant.multiplier, quant.shift,
                                   prelu.output_offset, all);
    }
}

void tinyts_prelu(const tinyts_prelu_layer *layer, tinyts_memory memory, int32_t first,
                  int32_t last) {
    const tinyts_operands pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, prelu_run, layer);
}
