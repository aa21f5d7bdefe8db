/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_sequence_lstm.h"

#include <string.h>

#include "tinyts_dot.h"
#include "tinyts_requantize.h"

enum { INPUT_GATE, FORGET_GATE, CELL_GATE, OUTPUT_GATE };

static inline int32_t clamp_16(int32_t value) {
    return value < -32768 ? -32768 : value > 32767 ? 32767 : value;
}

/* Between two values of the table: `bits` bits of the index are the fraction. */
static inline uint32_t interpolate(const int32_t *table, uint32_t index, uint32_t bits) {
    const uint32_t low = (uint32_t)table[index >> bits];
    const uint32_t high = (uint32_t)table[(index >> bits) + 1];
    return (low << bits) + (index & ((1u << bits) - 1)) * (high - low);
}

/* Of Q3.12, in Q0.15. */
static int32_t sigmoid(const int32_t *table, int32_t value) {
    const int32_t scaled = value * 3;
    const uint32_t magnitude = (uint32_t)(scaled < 0 ? -scaled : scaled);
    const uint32_t result = magnitude >> 9 >= 255 ? (uint32_t)0x7FFF << 10
                                                  : interpolate(table, magnitude, 9);
    if (scaled >= 0) {
        return (int32_t)((result + (1u << 9)) >> 10);
    }
    return (int32_t)(((1u << 25) - result + (1u << 9) - 1) >> 10);
}

/* Of a value times 2^shift that is Q3.12, in Q0.15: 2 * sigmoid(2 * x) - 1. */
static int32_t tanh_of(const int32_t *table, int32_t value, int32_t shift) {
    const int32_t scaled =
        shift >= 0 ? value * (3 << shift) : (value * 3 + (1 << (-shift - 1))) >> -shift;
    const uint32_t magnitude = (uint32_t)(scaled < 0 ? -scaled : scaled);
    const int32_t result = magnitude >> 8 >= 255
                               ? 0xFFFF << 8
                               : (int32_t)interpolate(table, magnitude, 8);
    if (scaled >= 0) {
        return (result - (1 << 23) + (1 << 7)) >> 8;
    }
    return (-result + (1 << 23) + (1 << 7) - 1) >> 8;
}

/* What goes into the functions of the gates of a unit, Q3.12. */
static void gate_inputs(const tinyts_sequence_lstm_layer *layer, const int8_t *input,
                        const int8_t *hidden, int32_t unit, int32_t gates[4]) {
    const int32_t units = layer->output->channels;
    const int32_t depth = layer->input->channels;
    uint32_t fresh[4];
    uint32_t recurrent[4] = {0, 0, 0, 0};
    for (int32_t kind = 0; kind < 4; ++kind) {
        fresh[kind] = (uint32_t)layer->bias[kind * units + unit];
    }
    tinyts_dot_4(input, layer->input_weights + unit * depth, units * depth, depth,
                 layer->input_offset, fresh);
    tinyts_dot_4(hidden, layer->recurrent_weights + unit * units, units * units, units,
                 -layer->hidden_zero_point, recurrent);
    for (int32_t kind = 0; kind < 4; ++kind) {
        gates[kind] = clamp_16(
            clamp_16(tinyts_requantize((int32_t)fresh[kind],
                                       layer->input_quant.multiplier[kind],
                                       layer->input_quant.shift[kind])) +
            clamp_16(tinyts_requantize((int32_t)recurrent[kind],
                                       layer->recurrent_quant.multiplier[kind],
                                       layer->recurrent_quant.shift[kind])));
    }
}

static inline int32_t product(int32_t a, int32_t b, tinyts_per_tensor_quant_params quant) {
    return tinyts_requantize(a * b, quant.multiplier, quant.shift);
}

/* The next hidden state of a unit; updates its cell state. */
static int8_t step(const tinyts_sequence_lstm_layer *layer, const int8_t *input,
                   const int8_t *hidden, int8_t *cell, int32_t unit) {
    static const tinyts_activation all = {-128, 127};
    const int32_t *const table = layer->sigmoid_table;
    const int32_t clip = layer->cell_clip;
    int32_t gates[4];
    gate_inputs(layer, input, hidden, unit, gates);
    const int32_t forget = sigmoid(table, gates[FORGET_GATE]);
    const int32_t enter = sigmoid(table, gates[INPUT_GATE]);
    const int32_t update = tanh_of(table, gates[CELL_GATE], 0);
    const int32_t leave = sigmoid(table, gates[OUTPUT_GATE]);
    int16_t before;
    memcpy(&before, cell + unit * 2, 2);
    int32_t next = clamp_16(clamp_16(product(forget, before, layer->forget_quant)) +
                            clamp_16(product(enter, update, layer->update_quant)));
    if (clip >= 0) {
        next = next < -clip ? -clip : next > clip ? clip : next;
    }
    const int16_t after = (int16_t)next;
    memcpy(cell + unit * 2, &after, 2);
    const int32_t shown = tanh_of(table, next, layer->tanh_shift);
    return tinyts_clamp(product(shown, leave, layer->hidden_quant) +
                            layer->hidden_zero_point,
                        all);
}

void tinyts_sequence_lstm(const tinyts_sequence_lstm_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    int8_t *const hidden = tinyts_row(layer->hidden, memory, 0);
    int8_t *const cell = tinyts_row(layer->cell, memory, 0);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const in_row = tinyts_row(input, memory, y);
        int8_t *const out_row = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < output->width; ++x) {
            int8_t *const out = out_row + x * output->pixel_pitch;
            /* All units read the old hidden state. */
            for (int32_t unit = 0; unit < output->channels; ++unit) {
                out[unit] =
                    step(layer, in_row + x * input->pixel_pitch, hidden, cell, unit);
            }
            memcpy(hidden, out, output->channels);
        }
    }
}
