/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_pad_tiles.h"

#include "tinyts_copy.h"
#include "tinyts_pad.h"

/* Rows first..last-1 of a part of a tile that is padding. */
static void fill(const tinyts_tensor *out, tinyts_memory memory, int32_t first,
                 int32_t last, int32_t value) {
    for (int32_t y = first; y < last; ++y) {
        tinyts_fill_pixels(tinyts_row(out, memory, y), out->pixel_pitch, out->width,
                           out->channels, value);
    }
}

void tinyts_pad_tiles(const tinyts_pad_tiles_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const int32_t width = tinyts_tiles_width(layer->input);
    const int32_t left = layer->pad_left;
    const int32_t right = call.x + call.output->width;
    int32_t end;
    for (int32_t x = call.x; x < right; x = end) {
        const int32_t in_x = x - left;
        end = right;
        if (in_x < 0 || in_x >= width) {
            if (in_x < 0 && end > left) {
                end = left;
            }
            const tinyts_tensor out =
                tinyts_cropped(call.output, x - call.x, end - call.x);
            fill(&out, memory, call.first, call.last, layer->value);
            continue;
        }
        const int32_t column = tinyts_tiles_find(layer->input, in_x, 0);
        const int32_t start = layer->input->borders[column];
        if (end > layer->input->borders[column + 1] + left) {
            end = layer->input->borders[column + 1] + left;
        }
        const tinyts_tensor in = tinyts_cropped(&layer->input->columns[column],
                                                in_x - start, end - left - start);
        const tinyts_tensor out =
            tinyts_cropped(call.output, x - call.x, end - call.x);
        const tinyts_pad_layer part = {&in,  &out, layer->pad_top, 0, layer->pad_front,
                                       layer->value};
        tinyts_pad(&part, memory, call.first, call.last);
    }
}
