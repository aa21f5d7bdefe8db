/*
 * Elementwise operators on two tensors that are cut into tiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TILES_PAIRS_H
#define TINYTS_TILES_PAIRS_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of an elementwise operator on two tensors: what one tile of each input reaches. */
typedef struct {
    tinyts_tensor input_1;
    tinyts_tensor input_2;
    tinyts_tensor output;
    int32_t end; /* pixel of the whole tensor behind it */
} tinyts_tiles_pair;

/* The pair from pixel x of the whole tensor on, up to pixel `right` at most. */
static inline tinyts_tiles_pair tinyts_tiles_pair_at(const tinyts_tiles *input_1,
                                                     const tinyts_tiles *input_2,
                                                     const tinyts_tiles_call *call,
                                                     int32_t x, int32_t right) {
    tinyts_tiles_pair pair;
    pair.end = right;
    pair.input_1 = tinyts_tiles_part(input_1, x, &pair.end);
    pair.input_2 = tinyts_tiles_part(input_2, x, &pair.end);
    pair.output = tinyts_cropped(call->output, x - call->x, pair.end - call->x);
    if (pair.input_1.width > pair.output.width) { /* the second input ends before */
        pair.input_1.width = pair.output.width;
    }
    return pair;
}

/*
 * Defines tinyts_<tiled>, which computes rows first..last-1 of one column of its output
 * by tinyts_<plain>, in runs of pixels that lie in one column of every operand. The
 * arguments behind them are the fields of the plain kernel's layer after its tensors;
 * `layer` is the layer of the tiled one.
 */
#define TINYTS_TILES_PAIRS(tiled, plain, ...)                                         \
    void tinyts_##tiled(const tinyts_##tiled##_layer *layer, tinyts_memory memory,    \
                        int32_t first, int32_t last) {                                \
        const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last); \
        const int32_t right = call.x + call.output->width;                            \
        tinyts_tiles_pair pair;                                                       \
        for (int32_t x = call.x; x < right; x = pair.end) {                           \
            pair = tinyts_tiles_pair_at(layer->input_1, layer->input_2, &call, x,     \
                                        right);                                       \
            const tinyts_##plain##_layer part = {                                     \
                &pair.input_1, &pair.input_2, &pair.output, __VA_ARGS__};             \
            tinyts_##plain(&part, memory, call.first, call.last);                     \
        }                                                                             \
    }

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TILES_PAIRS_H */
