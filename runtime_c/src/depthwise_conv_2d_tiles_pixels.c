/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_tiles_pixels.h"

#include "tinyts_tiles_taps.h"

void tinyts_depthwise_conv_2d_tiles_pixels(
    const tinyts_depthwise_conv_2d_tiles_pixels_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const tinyts_conv_params params = layer->params;
    const tinyts_tiles_window window = {layer->input, memory, layer->zeros,
                                        layer->kernel, params.dilation};
    const tinyts_depthwise_stream stage = {layer->stream, layer->relu, layer->shift};
    const int32_t count = layer->kernel.h * layer->kernel.w;
    const int32_t channels = call.output->channels;
    const int8_t *taps[TINYTS_MAX_TAPS];
    if (count & 1) {
        taps[count] = layer->zeros; /* the last pair's other tap */
    }
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *out = tinyts_row(call.output, memory, y);
        const int32_t in_y = y * params.stride.h - params.padding.h;
        int32_t in_x = call.x * params.stride.w - params.padding.w;
        int32_t column = 0;
        for (int32_t x = 0; x < call.output->width; ++x) {
            column = tinyts_tiles_find(layer->input, in_x, column);
            tinyts_tiles_taps(&window, in_y, in_x, column, taps);
            tinyts_depthwise_pixel(&stage, taps, (count + 1) / 2, channels, out);
            out += call.output->pixel_pitch;
            in_x += params.stride.w;
        }
    }
}
