/*
 * Elementwise operators on two tensors with broadcast: the runs of values of their rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PAIRS_H
#define TINYTS_PAIRS_H

#include "tinyts_broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
} tinyts_operands;

/* `count` values of the output and those that they are made of. */
typedef struct {
    const int8_t *a;
    int32_t a_step; /* 1, or 0 where one value serves all */
    const int8_t *b;
    int32_t b_step;
    int8_t *out;
    int32_t count;
} tinyts_pair_run;

typedef void (*tinyts_pair_function)(const void *layer, tinyts_pair_run run);

/* Calls `function` for every run of rows first..last-1 of the output, ascending. */
static inline void tinyts_for_pairs(const tinyts_operands *pair, tinyts_memory memory,
                                    int32_t first, int32_t last,
                                    tinyts_pair_function function, const void *layer) {
    const tinyts_tensor *const output = pair->output;
    const tinyts_steps a = tinyts_broadcast(pair->input_1, output);
    const tinyts_steps b = tinyts_broadcast(pair->input_2, output);
    const tinyts_extent extent = tinyts_merge(output, a, b);
    for (int32_t y = first; y < last; ++y) {
        const int8_t *const a_row = tinyts_row(pair->input_1, memory, a.row * y);
        const int8_t *const b_row = tinyts_row(pair->input_2, memory, b.row * y);
        int8_t *const row = tinyts_row(output, memory, y);
        for (int32_t x = 0; x < extent.pixels; ++x) {
            const tinyts_pair_run run = {a_row + x * a.pixel,
                                         a.channel,
                                         b_row + x * b.pixel,
                                         b.channel,
                                         row + x * output->pixel_pitch,
                                         extent.values};
            function(layer, run);
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PAIRS_H */
