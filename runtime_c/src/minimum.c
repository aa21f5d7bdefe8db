/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_minimum.h"

#include "tinyts_pairs.h"
#include "tinyts_simd.h"

static void minimum_run(const void *layer, tinyts_pair_run run) {
    int32_t i = 0;
    (void)layer;
    if (run.a_step == 1 && run.b_step == 1) {
        for (; i + 4 <= run.count; i += 4) {
            const int32_t four = tinyts_min_4(tinyts_load_4(run.a + i),
                                             tinyts_load_4(run.b + i));
            tinyts_store_4(run.out + i, four);
        }
    }
    for (; i < run.count; ++i) {
        const int8_t a = run.a[i * run.a_step];
        const int8_t b = run.b[i * run.b_step];
        run.out[i] = a < b ? a : b;
    }
}

void tinyts_minimum(const tinyts_minimum_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    const tinyts_operands pair = {layer->input_1, layer->input_2, layer->output};
    tinyts_for_pairs(&pair, memory, first, last, minimum_run, layer);
}
