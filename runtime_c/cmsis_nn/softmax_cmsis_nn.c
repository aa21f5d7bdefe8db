/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_softmax_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_softmax_cmsis_nn_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    arm_softmax_s8(tinyts_row(layer->input, memory, first),
                   (last - first) * output->width, output->channels, layer->multiplier,
                   layer->shift, layer->diff_min, tinyts_row(output, memory, first));
}

void tinyts_softmax_cmsis_nn(const tinyts_softmax_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last) {
    for (int32_t y = first; y < last; y += layer->step) {
        hand_over(layer, memory, y, tinyts_cmsis_nn_end(y, layer->step, last));
    }
}
