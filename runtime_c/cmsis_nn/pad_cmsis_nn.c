/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_pad_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_pad_cmsis_nn_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_cmsis_nn_slice slice =
        tinyts_cmsis_nn_slice_of(input, memory, first, last, 1, 1, layer->pad_top, 1);
    const cmsis_nn_dims dims = tinyts_cmsis_nn_dims(input, slice.height);
    const cmsis_nn_dims before = {0, slice.padding, layer->pad_left, layer->pad_front};
    const cmsis_nn_dims after = {0, last - first - slice.padding - slice.height,
                                 output->width - layer->pad_left - input->width,
                                 output->channels - layer->pad_front - input->channels};
    (void)arm_pad_s8(slice.pixels, tinyts_row(output, memory, first),
                     (int8_t)layer->value, &dims, &before, &after);
}

void tinyts_pad_cmsis_nn(const tinyts_pad_cmsis_nn_layer *layer, tinyts_memory memory,
                         int32_t first, int32_t last) {
    for (int32_t y = first; y < last; y += layer->step) {
        hand_over(layer, memory, y, tinyts_cmsis_nn_end(y, layer->step, last));
    }
}
