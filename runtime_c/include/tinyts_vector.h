/*
 * Pixels in order, over rows that lie anywhere, as one vector, and its products.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_VECTOR_H
#define TINYTS_VECTOR_H

#include "tinyts_dot.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `pixels` pixels in order, from pixel (y, x) of the input. */
typedef struct {
    int32_t y;
    int32_t x;
    int32_t pixels;
} tinyts_vector;

/*
 * A run: the part of a vector that lies in one row, or one pixel of it if there are
 * gaps between pixels. Returns its first byte and moves the vector behind it.
 */
static inline const int8_t *tinyts_next_run(tinyts_vector *rest,
                                            const tinyts_tensor *input,
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

/*
 * Sums of products, each value with the offset, of four output channels, whose weights
 * begin `filter` bytes apart.
 */
static inline void tinyts_vector_sum_4(const tinyts_tensor *input, tinyts_memory memory,
                                       tinyts_vector rest, const int8_t *weights,
                                       int32_t filter, int32_t offset,
                                       uint32_t sums[4]) {
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = tinyts_next_run(&rest, input, memory, &length);
        tinyts_dot_4(in, weights, filter, length, offset, sums);
        weights += length;
    }
}

/* The same for one output channel. */
static inline uint32_t tinyts_vector_sum_1(const tinyts_tensor *input,
                                           tinyts_memory memory, tinyts_vector rest,
                                           const int8_t *weights, int32_t offset) {
    uint32_t sum = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = tinyts_next_run(&rest, input, memory, &length);
        sum += tinyts_dot_1(in, weights, length, offset);
        weights += length;
    }
    return sum;
}

/* The sum of the vector itself, each value with the offset. */
static inline uint32_t tinyts_vector_total(const tinyts_tensor *input,
                                           tinyts_memory memory, tinyts_vector rest,
                                           int32_t offset) {
    uint32_t sum = 0;
    while (rest.pixels > 0) {
        int32_t length;
        const int8_t *const in = tinyts_next_run(&rest, input, memory, &length);
        for (int32_t i = 0; i < length; ++i) {
            sum += (uint32_t)(in[i] + offset);
        }
    }
    return sum;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_VECTOR_H */
