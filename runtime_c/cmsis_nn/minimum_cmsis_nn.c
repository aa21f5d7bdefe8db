/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_minimum_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_minimum_cmsis_nn_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const cmsis_nn_context scratch = {NULL, 0};
    const cmsis_nn_dims dims = tinyts_cmsis_nn_dims(output, last - first);
    (void)arm_minimum_s8(&scratch, tinyts_row(layer->input_1, memory, first), &dims,
                         tinyts_row(layer->input_2, memory, first), &dims,
                         tinyts_row(output, memory, first), &dims);
}

void tinyts_minimum_cmsis_nn(const tinyts_minimum_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last) {
    for (int32_t y = first; y < last; y += layer->step) {
        hand_over(layer, memory, y, tinyts_cmsis_nn_end(y, layer->step, last));
    }
}
