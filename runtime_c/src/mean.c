/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mean.h"

#include "tinyts_requantize.h"

/* Bounds of the input that make one output element. */
typedef struct {
    int32_t y_first;
    int32_t y_last;
    int32_t x_first;
    int32_t x_last;
    int32_t c_first;
    int32_t c_last;
} box;

static inline uint32_t add_box(const tinyts_tensor *input, tinyts_memory memory,
                               const box *part) {
    uint32_t sum = 0;
    for (int32_t y = part->y_first; y < part->y_last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y);
        for (int32_t x = part->x_first; x < part->x_last; ++x) {
            const int8_t *const in = row + x * input->pixel_pitch;
            for (int32_t c = part->c_first; c < part->c_last; ++c) {
                sum += (uint32_t)in[c];
            }
        }
    }
    return sum;
}

/* The same for four channels from c_first, each by itself. */
static inline void add_box_4(const tinyts_tensor *input, tinyts_memory memory,
                             const box *part, uint32_t sums[4]) {
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    for (int32_t y = part->y_first; y < part->y_last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + part->c_first;
        for (int32_t x = part->x_first; x < part->x_last; ++x) {
            const int8_t *const in = row + x * input->pixel_pitch;
            sum_0 += (uint32_t)in[0];
            sum_1 += (uint32_t)in[1];
            sum_2 += (uint32_t)in[2];
            sum_3 += (uint32_t)in[3];
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

static inline int8_t finish(const tinyts_mean_layer *layer, uint32_t sum) {
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    return tinyts_output(sum, layer->quant.multiplier, layer->quant.shift,
                         layer->output_offset, all);
}

void tinyts_mean(const tinyts_mean_layer *layer, tinyts_memory memory, int32_t first,
                 int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t height = layer->reduce_rows ? input.height : 1;
    const int32_t width = layer->reduce_columns ? input.width : 1;
    const int32_t depth = layer->reduce_channels ? input.channels : 1;
    const int32_t kept_columns = layer->reduce_columns ? 1 : input.width;
    const int32_t kept_channels = layer->reduce_channels ? 1 : input.channels;
    const uint32_t offset =
        (uint32_t)(height * width * depth) * (uint32_t)layer->input_offset;
    /* The kept index of the next output element, row-major. */
    const int32_t start = first * output.width * output.channels;
    int32_t c = start % kept_channels;
    int32_t x = start / kept_channels % kept_columns;
    int32_t y = start / kept_channels / kept_columns;
    for (int32_t out_y = first; out_y < last; ++out_y) {
        int8_t *const row = tinyts_row(&output, memory, out_y);
        for (int32_t out_x = 0; out_x < output.width; ++out_x) {
            int8_t *const out = row + out_x * output.pixel_pitch;
            int32_t channel = 0;
            while (channel < output.channels) {
                const box part = {y, y + height, x, x + width, c, c + depth};
                int32_t count = 1;
                if (depth == 1 && channel + 4 <= output.channels &&
                    c + 4 <= kept_channels) {
                    uint32_t sums[4];
                    count = 4;
                    add_box_4(&input, memory, &part, sums);
                    for (int32_t i = 0; i < 4; ++i) {
                        out[channel + i] = finish(layer, sums[i] + offset);
                    }
                } else {
                    const uint32_t sum = add_box(&input, memory, &part);
                    out[channel] = finish(layer, sum + offset);
                }
                channel += count;
                c += count;
                if (c == kept_channels) {
                    c = 0;
                    ++x;
                }
                if (x == kept_columns) {
                    x = 0;
                    ++y;
                }
            }
        }
    }
}
