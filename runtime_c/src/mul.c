/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mul.h"

#include "tinyts_broadcast.h"
#include "tinyts_requantize.h"
#include "tinyts_simd.h"

/* Shifts to the right for which tinyts_output takes one rounded product and a shift. */
#define LEAST_SHIFT 1
#define MOST_SHIFT 22

/* A layer's numbers, in the form in which they are used. */
typedef struct {
    int32_t input_1_offset;
    int32_t twice_input_2_offset;
    int32_t multiplier;
    int32_t constant; /* the output's zero point and a half, shifted */
    int32_t shift;    /* to the right */
    tinyts_activation activation;
} mul_numbers;

/* Where a row is: `pixels` times `values` values. */
typedef struct {
    const int8_t *a;
    const int8_t *b;
    int8_t *out;
    tinyts_extent extent;
    int32_t a_pixel; /* bytes from pixel to pixel */
    int32_t b_pixel;
    int32_t out_pixel;
} mul_row;

static inline int fits(const tinyts_mul_layer *layer) {
    const int32_t shift = -layer->output_quant.shift;
    return shift >= LEAST_SHIFT && shift <= MOST_SHIFT;
}

static inline mul_numbers numbers_of(const tinyts_mul_layer *layer) {
    const int32_t shift = -layer->output_quant.shift;
    const mul_numbers numbers = {
        layer->input_1_offset,
        2 * layer->input_2_offset,
        layer->output_quant.multiplier,
        layer->output_offset * ((int32_t)1 << shift) + ((int32_t)1 << (shift - 1)),
        shift,
        layer->activation,
    };
    return numbers;
}

/*
 * tinyts_output of a product, before it is clamped. The doubled product times the
 * multiplier is rounded half up by taking the upper word; what follows, half away from
 * zero, is half up of one less where the product is negative. No sum leaves 2^31: the
 * upper word is below 2^17, the constant below 2^30.
 */
static inline int32_t product(mul_numbers numbers, int32_t a, int32_t b) {
    const int32_t twice =
        (a + numbers.input_1_offset) * (2 * b + numbers.twice_input_2_offset);
    const int32_t start = numbers.constant + (twice >> 31);
    return tinyts_smmlar(twice, numbers.multiplier, start) >> numbers.shift;
}

static void mul_saturated(mul_numbers numbers, mul_row row) {
    for (int32_t x = 0; x < row.extent.pixels; ++x) {
        const int8_t *a = row.a + x * row.a_pixel;
        const int8_t *b = row.b + x * row.b_pixel;
        int8_t *out = row.out + x * row.out_pixel;
        int32_t left = row.extent.values;
        for (; left >= 4; left -= 4) {
            for (int32_t i = 0; i < 4; ++i) {
                *out++ = (int8_t)tinyts_ssat8(product(numbers, *a++, *b++));
            }
        }
        for (; left > 0; --left) {
            *out++ = (int8_t)tinyts_ssat8(product(numbers, *a++, *b++));
        }
    }
}

/* The same with any activation, and inputs that are spread over channels. */
static void mul_clamped(mul_numbers numbers, mul_row row, int32_t a_step,
                        int32_t b_step) {
    for (int32_t x = 0; x < row.extent.pixels; ++x) {
        const int8_t *a = row.a + x * row.a_pixel;
        const int8_t *b = row.b + x * row.b_pixel;
        int8_t *out = row.out + x * row.out_pixel;
        for (int32_t left = row.extent.values; left > 0; --left) {
            *out++ = tinyts_clamp(product(numbers, *a, *b), numbers.activation);
            a += a_step;
            b += b_step;
        }
    }
}

/* With any shift, by the plain arithmetic of tinyts_output. */
static void mul_plain(const tinyts_mul_layer *layer, mul_row row, int32_t a_step,
                      int32_t b_step) {
    const tinyts_mul_layer copy = *layer; /* that no store to the output changes */
    for (int32_t x = 0; x < row.extent.pixels; ++x) {
        const int8_t *a = row.a + x * row.a_pixel;
        const int8_t *b = row.b + x * row.b_pixel;
        int8_t *out = row.out + x * row.out_pixel;
        for (int32_t left = row.extent.values; left > 0; --left) {
            const int32_t in_1 = *a + copy.input_1_offset;
            const int32_t in_2 = *b + copy.input_2_offset;
            *out++ = tinyts_output((uint32_t)(in_1 * in_2),
                                   copy.output_quant.multiplier,
                                   copy.output_quant.shift, copy.output_offset,
                                   copy.activation);
            a += a_step;
            b += b_step;
        }
    }
}

void tinyts_mul(const tinyts_mul_layer *layer, tinyts_memory memory, int32_t first,
                int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_steps a = tinyts_broadcast(layer->input_1, output);
    const tinyts_steps b = tinyts_broadcast(layer->input_2, output);
    const int fast = fits(layer);
    const int saturates = a.channel == 1 && b.channel == 1 &&
                          layer->activation.min == INT8_MIN &&
                          layer->activation.max == INT8_MAX;
    mul_numbers numbers = {0, 0, 0, 0, 0, layer->activation};
    mul_row row;
    row.extent = tinyts_merge(output, a, b);
    row.a_pixel = a.pixel;
    row.b_pixel = b.pixel;
    row.out_pixel = output->pixel_pitch;
    if (fast) {
        numbers = numbers_of(layer);
    }
    for (int32_t y = first; y < last; ++y) {
        row.a = tinyts_row(layer->input_1, memory, a.row * y);
        row.b = tinyts_row(layer->input_2, memory, b.row * y);
        row.out = tinyts_row(output, memory, y);
        if (!fast) {
            mul_plain(layer, row, a.channel, b.channel);
        } else if (saturates) {
            mul_saturated(numbers, row);
        } else {
            mul_clamped(numbers, row, a.channel, b.channel);
        }
    }
}
