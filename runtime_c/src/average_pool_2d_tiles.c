/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d_tiles.h"

#include "tinyts_sum.h"

/* The part of a window that lies in a column of the input, which begins at pixel x. */
static tinyts_area in_column(const tinyts_area *window, const tinyts_tensor *column,
                             int32_t x) {
    const int32_t pixels = window->columns.last - window->columns.first;
    const tinyts_area part = {
        window->rows, tinyts_covered(window->columns.first - x, pixels, column->width)};
    return part;
}

void tinyts_average_pool_2d_tiles(const tinyts_average_pool_2d_tiles_layer *layer,
                                  tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor output = *call.output;
    const tinyts_tiles input = *layer->input;
    const tinyts_pool_params params = layer->params;
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        tinyts_area window;
        window.rows = tinyts_covered(y * params.stride.h - params.padding.h,
                                     layer->kernel.h, input.columns[0].height);
        for (int32_t x = 0; x < output.width; ++x) {
            int8_t *const out = row + x * output.pixel_pitch;
            window.columns =
                tinyts_covered((call.x + x) * params.stride.w - params.padding.w,
                               layer->kernel.w, tinyts_tiles_width(&input));
            const int32_t count = tinyts_area_pixels(&window);
            const int32_t start = tinyts_tiles_find(&input, window.columns.first, 0);
            const int32_t end = tinyts_tiles_end(&input, window.columns.last, start);
            for (int32_t channel = 0; channel < output.channels; ++channel) {
                uint32_t sum = 0;
                for (int32_t i = start; i < end; ++i) {
                    const tinyts_area part =
                        in_column(&window, &input.columns[i], input.borders[i]);
                    sum += tinyts_sum(&input.columns[i], memory, &part, channel, 1);
                }
                out[channel] =
                    tinyts_average_output((int32_t)sum, count, params.activation);
            }
        }
    }
}
