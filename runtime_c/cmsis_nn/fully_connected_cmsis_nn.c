/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected_cmsis_nn.h"

#include "tinyts_cmsis_nn.h"

void tinyts_fully_connected_cmsis_nn(const tinyts_fully_connected_cmsis_nn_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const int32_t vectors = (last - first) * output->width;
    const cmsis_nn_context scratch = {NULL, 0};
    const cmsis_nn_fc_params params = {
        .input_offset = layer->params.input_offset,
        .filter_offset = layer->params.filter_offset,
        .output_offset = layer->params.output_offset,
        .activation = tinyts_cmsis_nn_clamp(layer->params.activation),
    };
    const cmsis_nn_quant_params quant = {
        tinyts_cmsis_nn_read_only(layer->quant.multiplier),
        tinyts_cmsis_nn_read_only(layer->quant.shift),
        layer->per_channel,
    };
    const cmsis_nn_dims input_dims = {vectors, 1, 1, layer->depth};
    const cmsis_nn_dims filter_dims = {layer->depth, 1, 1, output->channels};
    const cmsis_nn_dims bias_dims = {1, 1, 1, output->channels};
    const cmsis_nn_dims output_dims = {vectors, 1, 1, output->channels};
    (void)arm_fully_connected_wrapper_s8(
        &scratch, &params, &quant, &input_dims, tinyts_row(layer->input, memory, first),
        &filter_dims, layer->weights, &bias_dims, layer->bias, &output_dims,
        tinyts_row(output, memory, first));
}
