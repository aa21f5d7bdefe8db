/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_linear.h"

#include "tinyts_broadcast.h"
#include "tinyts_requantize.h"
#include "tinyts_simd.h"

typedef void add_values(const tinyts_add_linear_layer *layer, const int8_t *a,
                        const int8_t *b, int8_t *out, int32_t count);

/* Defines a function for one shift, where the activation is all of int8. */
#define ADD_VALUES(NAME, SHIFT)                                                       \
    static void NAME(const tinyts_add_linear_layer *layer, const int8_t *a,           \
                     const int8_t *b, int8_t *out, int32_t count) {                   \
        const int32_t first = layer->first;                                           \
        const int32_t second = layer->second;                                         \
        const int32_t offset = layer->offset;                                         \
        for (; count >= 8; count -= 8) {                                              \
            for (int32_t i = 0; i < 8; ++i) {                                         \
                int32_t value = *a++ * first + (*b++ * second + offset);              \
                TINYTS_SSAT8_ASR(value, value, SHIFT);                                \
                *out++ = (int8_t)value;                                               \
            }                                                                         \
        }                                                                             \
        for (; count > 0; --count) {                                                  \
            int32_t value = *a++ * first + (*b++ * second + offset);                  \
            TINYTS_SSAT8_ASR(value, value, SHIFT);                                    \
            *out++ = (int8_t)value;                                                   \
        }                                                                             \
    }

ADD_VALUES(add_values_20, 20)
ADD_VALUES(add_values_21, 21)
ADD_VALUES(add_values_22, 22)
ADD_VALUES(add_values_23, 23)

/* For any shift and activation, and inputs that are spread over channels. */
static void add_clamped(const tinyts_add_linear_layer *layer, const int8_t *a,
                        int32_t a_step, const int8_t *b, int32_t b_step, int8_t *out,
                        int32_t count) {
    const tinyts_add_linear_layer copy = *layer; /* that no store to the output changes */
    for (; count > 0; --count) {
        const int32_t sum = *a * copy.first + (*b * copy.second + copy.offset);
        *out++ = tinyts_clamp(sum >> copy.shift, copy.activation);
        a += a_step;
        b += b_step;
    }
}

/* The function of a shift; NULL where add_clamped shall do it. */
static add_values *choose(const tinyts_add_linear_layer *layer) {
    if (layer->activation.min != INT8_MIN || layer->activation.max != INT8_MAX) {
        return NULL;
    }
    switch (layer->shift) {
        case 20:
            return add_values_20;
        case 21:
            return add_values_21;
        case 22:
            return add_values_22;
        case 23:
            return add_values_23;
        default:
            return NULL;
    }
}

void tinyts_add_linear(const tinyts_add_linear_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_steps a_steps = tinyts_broadcast(layer->input_1, output);
    const tinyts_steps b_steps = tinyts_broadcast(layer->input_2, output);
    const tinyts_extent extent = tinyts_merge(output, a_steps, b_steps);
    add_values *const add =
        a_steps.channel == 1 && b_steps.channel == 1 ? choose(layer) : NULL;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *a = tinyts_row(layer->input_1, memory, a_steps.row * y);
        const int8_t *b = tinyts_row(layer->input_2, memory, b_steps.row * y);
        int8_t *out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < extent.pixels; ++x) {
            if (add != NULL) {
                add(layer, a, b, out, extent.values);
            } else {
                add_clamped(layer, a, a_steps.channel, b, b_steps.channel, out,
                            extent.values);
            }
            a += a_steps.pixel;
            b += b_steps.pixel;
            out += output->pixel_pitch;
        }
    }
}
