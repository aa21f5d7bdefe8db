/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_max_pool_2d_tiles.h"

#include "tinyts_requantize.h"
#include "tinyts_window.h"

/* The largest of a channel in an area of a column, or `max` if that is larger. */
static int32_t larger(const tinyts_tensor *column, tinyts_memory memory,
                      const tinyts_area *area, int32_t channel, int32_t max) {
    for (int32_t y = area->rows.first; y < area->rows.last; ++y) {
        const int8_t *const row = tinyts_row(column, memory, y) + channel;
        for (int32_t x = area->columns.first; x < area->columns.last; ++x) {
            const int32_t value = row[x * column->pixel_pitch];
            max = value > max ? value : max;
        }
    }
    return max;
}

void tinyts_max_pool_2d_tiles(const tinyts_max_pool_2d_tiles_layer *layer,
                              tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor output = *call.output;
    const tinyts_tiles input = *layer->input;
    const tinyts_pool_params params = layer->params;
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        tinyts_area area;
        area.rows = tinyts_covered(y * params.stride.h - params.padding.h,
                                   layer->kernel.h, input.columns[0].height);
        for (int32_t x = 0; x < output.width; ++x) {
            int8_t *const out = row + x * output.pixel_pitch;
            const int32_t in_x = (call.x + x) * params.stride.w - params.padding.w;
            const int32_t start = tinyts_tiles_find(&input, in_x, 0);
            const int32_t end = tinyts_tiles_end(&input, in_x + layer->kernel.w, start);
            for (int32_t channel = 0; channel < output.channels; ++channel) {
                int32_t max = INT8_MIN;
                for (int32_t i = start; i < end; ++i) {
                    const tinyts_tensor *const column = &input.columns[i];
                    area.columns = tinyts_covered(in_x - input.borders[i],
                                                  layer->kernel.w, column->width);
                    max = larger(column, memory, &area, channel, max);
                }
                out[channel] = tinyts_clamp(max, params.activation);
            }
        }
    }
}
