/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_transpose.h"

static inline void advance(tinyts_move *at, tinyts_move move, int32_t steps) {
    at->row += move.row * steps;
    at->column += move.column * steps;
    at->channel += move.channel * steps;
}

/* Where row y of the output begins in the input. */
static tinyts_move row_start(const tinyts_transpose_layer *layer, int32_t y) {
    tinyts_move at = {layer->input_row, 0, 0};
    const int32_t index = y - layer->output_row;
    const int32_t inner = index % layer->inner_rows;
    const int32_t outer = index / layer->inner_rows;
    advance(&at, layer->inner, inner);
    advance(&at, layer->middle, outer % layer->middle_rows);
    advance(&at, layer->outer, outer / layer->middle_rows);
    return at;
}

void tinyts_transpose(const tinyts_transpose_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_move column = layer->column;
    const tinyts_move channel = layer->channel;
    const int32_t step = channel.column * input.pixel_pitch + channel.channel;
    for (int32_t y = first; y < last; ++y) {
        int8_t *out = tinyts_row(&output, memory, y);
        tinyts_move at = row_start(layer, y);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t place = at.column * input.pixel_pitch + at.channel;
            if (channel.row == 0) {
                const int8_t *const in = tinyts_row(&input, memory, at.row) + place;
                for (int32_t c = 0; c < output.channels; ++c) {
                    out[c] = in[c * step];
                }
            } else {
                for (int32_t c = 0; c < output.channels; ++c) {
                    out[c] = tinyts_row(&input, memory,
                                        at.row + c * channel.row)[place];
                }
            }
            advance(&at, column, 1);
            out += output.pixel_pitch;
        }
    }
}
