/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d.h"

#include "tinyts_depthwise_row.h"

void tinyts_depthwise_conv_2d(const tinyts_depthwise_conv_2d_layer *layer,
                              tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor tensor = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_depthwise_input input = tinyts_depthwise_whole(&tensor, memory);
    const tinyts_conv_stage stage = {layer->weights, layer->bias,  layer->kernel,
                                     layer->params,  layer->quant, layer->ch_mult};
    for (int32_t y = first; y < last; ++y) {
        tinyts_depthwise_row(&stage, &input, y, output.width, output.channels, 0,
                             output.channels, tinyts_row(&output, memory, y),
                             output.pixel_pitch);
    }
}
