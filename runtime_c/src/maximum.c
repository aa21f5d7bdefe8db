/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_maximum.h"

#include "tinyts_pairs.h"

static void maximum_run(const void *layer, tinyts_pair_run run) {
    (void)layer;
    for (int32_t i = 0; i < run.count; ++i) {
        const int8_t a = run.a[i * run.a_step];
        const int8_t b = run.b[i * run.b_step];
        run.out[i] = a > b ? a : b;
    }
}

void tinyts_maximum(const tinyts_maximum_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    const tinyts_pair pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, maximum_run, layer);
}
