/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

static void hand_over(const tinyts_depthwise_conv_2d_cmsis_nn_layer *layer,
                      tinyts_memory memory, const cmsis_nn_context *scratch,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_cmsis_nn_slice slice = tinyts_cmsis_nn_slice_of(
        input, memory, first, last, layer->kernel.h, layer->params.stride.h,
        layer->params.padding.h, layer->params.dilation.h);
    const cmsis_nn_dims input_dims = tinyts_cmsis_nn_dims(input, slice.height);
    const cmsis_nn_dims output_dims = tinyts_cmsis_nn_dims(output, last - first);
    const cmsis_nn_dw_conv_params params = {
        .input_offset = layer->params.input_offset,
        .output_offset = layer->params.output_offset,
        .ch_mult = layer->ch_mult,
        .stride = tinyts_cmsis_nn_tile(layer->params.stride),
        .padding = {layer->params.padding.w, slice.padding},
        .dilation = tinyts_cmsis_nn_tile(layer->params.dilation),
        .activation = tinyts_cmsis_nn_clamp(layer->params.activation),
    };
    const cmsis_nn_per_channel_quant_params quant = {
        tinyts_cmsis_nn_read_only(layer->quant.multiplier),
        tinyts_cmsis_nn_read_only(layer->quant.shift),
    };
    const cmsis_nn_dims bias_dims = {1, 1, 1, output->channels};
    const cmsis_nn_dims filter_dims = {1, layer->kernel.h, layer->kernel.w,
                                       output->channels};
    (void)arm_depthwise_conv_wrapper_s8(
        scratch, &params, &quant, &input_dims, slice.pixels, &filter_dims,
        layer->weights, &bias_dims, layer->bias, &output_dims,
        tinyts_row(output, memory, first));
}

void tinyts_depthwise_conv_2d_cmsis_nn(
    const tinyts_depthwise_conv_2d_cmsis_nn_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last) {
    const cmsis_nn_context scratch =
        tinyts_cmsis_nn_scratch(layer->workspace, memory, first);
    for (int32_t y = first; y < last; y += layer->step) {
        const int32_t end = tinyts_cmsis_nn_end(y, layer->step, last);
        hand_over(layer, memory, &scratch, y, end);
    }
}
