/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_tiles.h"

#include "tinyts_depthwise_tiles.h"

void tinyts_depthwise_conv_2d_tiles(const tinyts_depthwise_conv_2d_tiles_layer *layer,
                                    tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor output = *call.output;
    const tinyts_tiles input = *layer->input;
    const tinyts_conv_stage stage = {layer->weights, layer->bias,  layer->kernel,
                                     layer->params,  layer->quant, layer->ch_mult};
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        tinyts_depthwise_span span =
            tinyts_depthwise_span_row(&stage, &input, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            tinyts_depthwise_span_move(&stage, &span, call.x + x);
            tinyts_depthwise_tiles_pixel(&stage, &span, output.channels,
                                         row + x * output.pixel_pitch);
        }
    }
}
