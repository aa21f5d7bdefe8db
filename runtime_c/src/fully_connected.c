/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fully_connected.h"

#include "tinyts_requantize.h"

/* The vector of one batch: `pixels` pixels in order, from pixel (y, x) of the input. */
typedef struct {
    int32_t y;
    int32_t x;
    int32_t pixels;
} vector;

/*
 * A run: the part of a vector that lies in one row, or one pixel of it if there are
 * gaps between pixels. Returns its first byte and moves the vector behind it.
 */
static inline const int8_t *next_run(vector *rest, const tinyts_tensor *input,
                                     tinyts_memory memory, int32_t *length) {
    const int8_t *const run =
        tinyts_row(input, memory, rest->y) + rest->x * input->pixel_pitch;
    int32_t pixels = 1;
    if (input->pixel_pitch == input->channels) {
        pixels = input->width - rest->x;
        if (pixels > rest->pixels) {
            pixels = rest->pixels;
        }
    }
    rest->pixels -= pixels;
    rest->x += pixels;
    if (rest->x == input->width) {
        rest->x = 0;
        ++rest->y;
    }
    *length = pixels * input->channels;
    return run;
}

/* Sums of products of four output channels, whose weights lie one after another. */
static inline void accumulate_4(const tinyts_tensor *input, tinyts_memory memory,
                                vector rest, const int8_t *w_0, int32_t depth,
                                int32_t offset, uint32_t sums[4]) {
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = next_run(&rest, input, memory, &length);
        const int8_t *const w_1 = w_0 + depth;
        const int8_t *const w_2 = w_1 + depth;
        const int8_t *const w_3 = w_2 + depth;
        for (int32_t i = 0; i < length; ++i) {
            const int32_t value = in[i] + offset;
            sum_0 += (uint32_t)(value * w_0[i]);
            sum_1 += (uint32_t)(value * w_1[i]);
            sum_2 += (uint32_t)(value * w_2[i]);
            sum_3 += (uint32_t)(value * w_3[i]);
        }
        w_0 += length;
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The same for one output channel. */
static inline uint32_t accumulate_1(const tinyts_tensor *input, tinyts_memory memory,
                                    vector rest, const int8_t *w, int32_t offset) {
    uint32_t sum = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = next_run(&rest, input, memory, &length);
        for (int32_t i = 0; i < length; ++i) {
            sum += (uint32_t)((in[i] + offset) * w[i]);
        }
        w += length;
    }
    return sum;
}

/* The sum of the vector itself, each value with its offset. */
static inline uint32_t total(const tinyts_tensor *input, tinyts_memory memory,
                             vector rest, int32_t offset) {
    uint32_t sum = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = next_run(&rest, input, memory, &length);
        for (int32_t i = 0; i < length; ++i) {
            sum += (uint32_t)(in[i] + offset);
        }
    }
    return sum;
}

static inline int8_t finish(const tinyts_fully_connected_layer *layer, uint32_t sum,
                            int32_t channel) {
    const uint32_t bias = layer->bias == NULL ? 0 : (uint32_t)layer->bias[channel];
    const int32_t scale = layer->per_channel ? channel : 0;
    return tinyts_output(sum + bias, layer->quant.multiplier[scale],
                         layer->quant.shift[scale], layer->params.output_offset,
                         layer->params.activation);
}

void tinyts_fully_connected(const tinyts_fully_connected_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t offset = layer->params.input_offset;
    const int32_t pixels =
        input.height * input.width / (output.height * output.width);
    const int32_t depth = pixels * input.channels;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t pixel = (y * output.width + x) * pixels;
            const vector batch = {pixel / input.width, pixel % input.width, pixels};
            int8_t *const out = row + x * output.pixel_pitch;
            const int8_t *weights = layer->weights;
            uint32_t common = 0; /* what filter_offset adds to every output channel */
            int32_t channel = 0;
            if (layer->params.filter_offset != 0) {
                common = (uint32_t)layer->params.filter_offset *
                         total(&input, memory, batch, offset);
            }
            for (; channel + 4 <= output.channels; channel += 4) {
                uint32_t sums[4];
                accumulate_4(&input, memory, batch, weights, depth, offset, sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = finish(layer, sums[i] + common, channel + i);
                }
                weights += 4 * depth;
            }
            for (; channel < output.channels; ++channel) {
                const uint32_t sum =
                    accumulate_1(&input, memory, batch, weights, offset);
                out[channel] = finish(layer, sum + common, channel);
                weights += depth;
            }
        }
    }
}
