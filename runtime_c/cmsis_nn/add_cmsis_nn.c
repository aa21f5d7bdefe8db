/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_add_cmsis_nn_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const int32_t values = (last - first) * output->width * output->channels;
    (void)arm_elementwise_add_s8(
        tinyts_row(layer->input_1, memory, first),
        tinyts_row(layer->input_2, memory, first), layer->input_1_offset,
        layer->input_1_quant.multiplier, layer->input_1_quant.shift,
        layer->input_2_offset, layer->input_2_quant.multiplier,
        layer->input_2_quant.shift, layer->left_shift,
        tinyts_row(output, memory, first), layer->output_offset,
        layer->output_quant.multiplier, layer->output_quant.shift,
        layer->activation.min, layer->activation.max, values);
}

void tinyts_add_cmsis_nn(const tinyts_add_cmsis_nn_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last) {
    for (int32_t y = first; y < last; y += layer->step) {
        hand_over(layer, memory, y, tinyts_cmsis_nn_end(y, layer->step, last));
    }
}
