/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_pixels.h"

#include "tinyts_depthwise_pixel.h"

void tinyts_depthwise_conv_2d_pixels(const tinyts_depthwise_conv_2d_pixels_layer *layer,
                                     tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_conv_params params = layer->params;
    const tinyts_tile kernel = layer->kernel;
    const tinyts_depthwise_stream stage = {layer->stream, layer->relu, layer->shift};
    const int8_t *taps[TINYTS_MAX_TAPS];
    if (kernel.h * kernel.w & 1) {
        taps[kernel.h * kernel.w] = layer->zeros; /* the last pair's other tap */
    }
    for (int32_t y = first; y < last; ++y) {
        int8_t *out = tinyts_row(&output, memory, y);
        const int32_t in_y = y * params.stride.h - params.padding.h;
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t in_x = x * params.stride.w - params.padding.w;
            int32_t count = 0;
            for (int32_t ky = 0; ky < kernel.h; ++ky) {
                const int32_t row_y = in_y + ky * params.dilation.h;
                const int32_t inside = 0 <= row_y && row_y < input.height;
                const int8_t *const row =
                    inside ? tinyts_row(&input, memory, row_y) : NULL;
                for (int32_t kx = 0; kx < kernel.w; ++kx) {
                    const int32_t column = in_x + kx * params.dilation.w;
                    taps[count++] = row && 0 <= column && column < input.width
                                        ? row + column * input.pixel_pitch
                                        : layer->zeros;
                }
            }
            tinyts_depthwise_pixel(&stage, taps, (count + 1) / 2, output.channels, out);
            out += output.pixel_pitch;
        }
    }
}
