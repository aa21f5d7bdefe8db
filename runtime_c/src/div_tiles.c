/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_div_tiles.h"

#include "tinyts_div.h"

void tinyts_div_tiles(const tinyts_div_tiles_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const int32_t right = call.x + call.output->width;
    tinyts_tiles_pair pair;
    for (int32_t x = call.x; x < right; x = pair.end) {
        pair = tinyts_tiles_pair_at(layer->input_1, layer->input_2, &call, x, right);
        const tinyts_div_layer part = {
            &pair.input_1,
            &pair.input_2,
            &pair.output,
            layer->input_1_offset,
            layer->input_2_offset,
            layer->output_offset,
            layer->output_quant,
            layer->activation,
        };
        tinyts_div(&part, memory, call.first, call.last);
    }
}
