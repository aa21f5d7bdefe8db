/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_max_pool_2d_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_max_pool_2d_cmsis_nn_layer *layer,
                      tinyts_memory memory, int32_t first,
                      int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_cmsis_nn_slice slice = tinyts_cmsis_nn_slice_of(
        input, memory, first, last, layer->kernel.h, layer->params.stride.h,
        layer->params.padding.h, 1);
    const cmsis_nn_dims input_dims = tinyts_cmsis_nn_dims(input, slice.height);
    const cmsis_nn_dims output_dims = tinyts_cmsis_nn_dims(output, last - first);
    const cmsis_nn_dims filter_dims = {1, layer->kernel.h, layer->kernel.w, 1};
    const cmsis_nn_pool_params params = {
        .stride = tinyts_cmsis_nn_tile(layer->params.stride),
        .padding = {layer->params.padding.w, slice.padding},
        .activation = tinyts_cmsis_nn_clamp(layer->params.activation),
    };
    const cmsis_nn_context scratch = {NULL, 0};
    (void)arm_max_pool_s8(&scratch, &params, &input_dims, slice.pixels, &filter_dims,
                          &output_dims, tinyts_row(output, memory, first));
}

void tinyts_max_pool_2d_cmsis_nn(const tinyts_max_pool_2d_cmsis_nn_layer *layer,
                                 tinyts_memory memory, int32_t first,
                                 int32_t last) {
    for (int32_t y = first; y < last; y += layer->step) {
        hand_over(layer, memory, y, tinyts_cmsis_nn_end(y, layer->step, last));
    }
}
