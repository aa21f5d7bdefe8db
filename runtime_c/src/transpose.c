/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_transpose.h"

#include "tinyts_copy.h"

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

/* Whether a move leads to the same distance in memory from everywhere. */
static inline int is_even(const tinyts_tensor *input, tinyts_move move) {
    return move.row == 0 || input->layout == TINYTS_ROWS_PITCH;
}

/* That distance, in bytes. */
static inline int32_t distance(const tinyts_tensor *input, tinyts_move move) {
    return move.row * (int32_t)input->row_pitch + move.column * input->pixel_pitch +
           move.channel;
}

static void copy_values(int8_t *out, int32_t out_step, const int8_t *in,
                        int32_t in_step, int32_t count) {
    if (in_step == 1 && out_step == 1) {
        tinyts_copy_bytes(out, in, count);
        return;
    }
    for (; count > 0; --count) {
        *out = *in;
        out += out_step;
        in += in_step;
        TINYTS_OPAQUE(in);
    }
}

/* A row of the output that begins at `in`; the longer axis is walked inside. */
static void copy_row(const tinyts_transpose_layer *layer, int8_t *out,
                     const int8_t *in) {
    const tinyts_tensor *const output = layer->output;
    const int32_t column = distance(layer->input, layer->column);
    const int32_t channel = distance(layer->input, layer->channel);
    if (output->channels < output->width) {
        for (int32_t c = 0; c < output->channels; ++c) {
            copy_values(out + c, output->pixel_pitch, in + c * channel, column,
                        output->width);
        }
        return;
    }
    for (int32_t x = 0; x < output->width; ++x) {
        copy_values(out + x * output->pixel_pitch, 1, in + x * column, channel,
                    output->channels);
    }
}

/* The same pixel by pixel, from rows that lie anywhere. */
static void gather_row(const tinyts_transpose_layer *layer, tinyts_memory memory,
                       int8_t *out, tinyts_move at) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_move channel = layer->channel;
    const int32_t step = channel.column * input->pixel_pitch + channel.channel;
    for (int32_t x = 0; x < layer->output->width; ++x) {
        const int32_t place = at.column * input->pixel_pitch + at.channel;
        if (channel.row == 0) {
            copy_values(out, 1, tinyts_row(input, memory, at.row) + place, step,
                        layer->output->channels);
        } else {
            for (int32_t c = 0; c < layer->output->channels; ++c) {
                const int32_t y = at.row + c * channel.row;
                out[c] = tinyts_row(input, memory, y)[place + c * step];
            }
        }
        advance(&at, layer->column, 1);
        out += layer->output->pixel_pitch;
    }
}

void tinyts_transpose(const tinyts_transpose_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const int even = is_even(input, layer->column) && is_even(input, layer->channel);
    for (int32_t y = first; y < last; ++y) {
        int8_t *const out = tinyts_row(layer->output, memory, y);
        const tinyts_move at = row_start(layer, y);
        if (even) {
            const int32_t place = at.column * input->pixel_pitch + at.channel;
            copy_row(layer, out, tinyts_row(input, memory, at.row) + place);
        } else {
            gather_row(layer, memory, out, at);
        }
    }
}
