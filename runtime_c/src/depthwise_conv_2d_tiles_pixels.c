/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_tiles_pixels.h"

#include "tinyts_tiles_taps.h"

/* Channels whose sums are kept while the kernel's rows pass by. */
#define BLOCK 16

/*
 * Channels first..last-1, at most BLOCK and `first` a multiple of 4, of a pixel with a
 * large window, which begins at (y, x): by two kernel rows at a time.
 */
static void large_pixel(const tinyts_depthwise_stream *stage,
                        const tinyts_tiles_window *window, int32_t y, int32_t x,
                        int32_t column, int32_t first, int32_t last, int8_t *out) {
    const int8_t *taps[TINYTS_MAX_TAPS];
    int32_t sums[BLOCK];
    tinyts_tiles_window rows = *window;
    const int32_t pairs = (window->kernel.h * window->kernel.w + 1) / 2;
    const int32_t words = tinyts_depthwise_words(stage, pairs);
    const int32_t *const stream = stage->stream + first / 4 * words;
    const int32_t groups = (last - first + 3) / 4;
    const int32_t lowest = last - 4; /* of the last four channels */
    for (int32_t i = 0; i < groups * 4; ++i) {
        sums[i] = stream[i / 4 * words + i % 4];
    }
    const int32_t *weights = stream + 4;
    for (int32_t ky = 0; ky < window->kernel.h; ky += 2) {
        rows.kernel.h = ky + 1 < window->kernel.h ? 2 : 1;
        const int32_t count = rows.kernel.h * rows.kernel.w;
        const int32_t of_rows = (count + 1) / 2;
        tinyts_tiles_taps(&rows, y + ky * rows.dilation.h, x, column, taps);
        if (count & 1) {
            taps[count] = window->zeros; /* the last pair's other tap */
        }
        for (int32_t i = 0; i < groups; ++i) {
            const int32_t c = first + 4 * i > lowest ? lowest : first + 4 * i;
            tinyts_depthwise_add(weights + i * words, taps, of_rows, c, sums + 4 * i);
        }
        weights += 4 * of_rows;
    }
    for (int32_t i = 0; i < groups; ++i) {
        const int32_t c = first + 4 * i > lowest ? lowest : first + 4 * i;
        tinyts_depthwise_write(stage, weights + i * words, sums + 4 * i,
                               first + 4 * i - c, out + c);
    }
}

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
    if (count < TINYTS_MAX_TAPS && count & 1) {
        taps[count] = layer->zeros; /* the last pair's other tap */
    }
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *out = tinyts_row(call.output, memory, y);
        const int32_t in_y = y * params.stride.h - params.padding.h;
        int32_t in_x = call.x * params.stride.w - params.padding.w;
        int32_t column = 0;
        for (int32_t x = 0; x < call.output->width; ++x) {
            column = tinyts_tiles_find(layer->input, in_x, column);
            for (int32_t c = 0; c < channels && count >= TINYTS_MAX_TAPS; c += BLOCK) {
                const int32_t end = c + BLOCK < channels ? c + BLOCK : channels;
                large_pixel(&stage, &window, in_y, in_x, column, c, end, out);
            }
            if (count < TINYTS_MAX_TAPS) {
                tinyts_tiles_taps(&window, in_y, in_x, column, taps);
                tinyts_depthwise_pixel(&stage, taps, (count + 1) / 2, channels, out);
            }
            out += call.output->pixel_pitch;
            in_x += params.stride.w;
        }
    }
}
