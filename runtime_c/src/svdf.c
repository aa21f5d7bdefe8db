/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_svdf.h"

#include <string.h>

#include "tinyts_dot.h"
#include "tinyts_requantize.h"

/* The result of a filter of the features, before it is clamped. */
static int32_t feature_of(const tinyts_svdf_layer *layer, const int8_t *input,
                          const int8_t *weights) {
    const uint32_t sum =
        tinyts_dot_1(input, weights, layer->input->channels, layer->input_offset);
    return tinyts_requantize((int32_t)sum, layer->feature_quant.multiplier,
                             layer->feature_quant.shift);
}

static int32_t clamp(int32_t value, int32_t limit) {
    return value < -limit - 1 ? -limit - 1 : value > limit ? limit : value;
}

/* Moves a filter's history of int8 by one, adds the newest, and sums over time. */
static uint32_t step_8(const tinyts_svdf_layer *layer, int8_t *history, int32_t newest,
                       const int8_t *weights) {
    const int32_t depth = layer->depth;
    memmove(history, history + 1, (size_t)(depth - 1));
    history[depth - 1] = (int8_t)(clamp(newest, 127) + layer->state_zero_point);
    return tinyts_dot_1(history, weights, depth, -layer->state_zero_point);
}

/* The same of int16, whose zero point is 0. */
static uint32_t step_16(const tinyts_svdf_layer *layer, int8_t *history, int32_t newest,
                        const int16_t *weights) {
    const int32_t depth = layer->depth;
    const int16_t last = (int16_t)clamp(newest, 32767);
    uint32_t sum = 0;
    memmove(history, history + 2, (size_t)(depth - 1) * 2);
    memcpy(history + (depth - 1) * 2, &last, 2);
    int32_t j = 0;
    for (; j + 2 <= depth; j += 2) {
        int32_t pair;
        memcpy(&pair, weights + j, 4);
        sum = (uint32_t)tinyts_smlad(tinyts_load_4(history + j * 2), pair, (int32_t)sum);
    }
    if (j < depth) {
        sum += (uint32_t)(weights[j] * last);
    }
    return sum;
}

void tinyts_svdf(const tinyts_svdf_layer *layer, tinyts_memory memory, int32_t first,
                 int32_t last) {
    static const tinyts_activation all = {-128, 127};
    const int8_t *const input = tinyts_row(layer->input, memory, 0);
    int8_t *const state = tinyts_row(layer->state, memory, 0);
    int8_t *const output = tinyts_row(layer->output, memory, 0);
    int32_t filter = 0;
    (void)first;
    (void)last;
    for (int32_t unit = 0; unit < layer->output->channels; ++unit) {
        uint32_t sum = (uint32_t)layer->bias[unit];
        for (int32_t r = 0; r < layer->rank; ++r, ++filter) {
            const int32_t newest = feature_of(
                layer, input, layer->feature_weights + filter * layer->input->channels);
            const int32_t start = filter * layer->depth;
            sum += layer->time_weights_16 == NULL
                       ? step_8(layer, state + start, newest,
                                layer->time_weights_8 + start)
                       : step_16(layer, state + start * 2, newest,
                                 layer->time_weights_16 + start);
        }
        output[unit] = tinyts_output(sum, layer->output_quant.multiplier,
                                     layer->output_quant.shift, layer->output_offset,
                                     all);
    }
}
