/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_linear.h"

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

/* For any shift and activation. */
static void add_clamped(const tinyts_add_linear_layer *layer, const int8_t *a,
                        const int8_t *b, int8_t *out, int32_t count) {
    const tinyts_add_linear_layer copy = *layer; /* that no store to the output changes */
    for (int32_t i = 0; i < count; ++i) {
        const int32_t sum = a[i] * copy.first + (b[i] * copy.second + copy.offset);
        out[i] = tinyts_clamp(sum >> copy.shift, copy.activation);
    }
}

static add_values *choose(const tinyts_add_linear_layer *layer) {
    if (layer->activation.min != INT8_MIN || layer->activation.max != INT8_MAX) {
        return add_clamped;
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
            return add_clamped;
    }
}

void tinyts_add_linear(const tinyts_add_linear_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const int32_t channels = output->channels;
    const int32_t a_pitch = layer->input_1->pixel_pitch;
    const int32_t b_pitch = layer->input_2->pixel_pitch;
    add_values *const add = choose(layer);
    int32_t pixels = output->width;
    int32_t values = channels;
    if (a_pitch == channels && b_pitch == channels && output->pixel_pitch == channels) {
        values *= pixels;
        pixels = 1;
    }
    for (int32_t y = first; y < last; ++y) {
        const int8_t *a = tinyts_row(layer->input_1, memory, y);
        const int8_t *b = tinyts_row(layer->input_2, memory, y);
        int8_t *out = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < pixels; ++x) {
            add(layer, a, b, out, values);
            a += a_pitch;
            b += b_pitch;
            out += output->pixel_pitch;
        }
    }
}
