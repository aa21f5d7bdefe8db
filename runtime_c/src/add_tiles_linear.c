/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_add_tiles_linear.h"

#include "tinyts_add_linear.h"

void tinyts_add_tiles_linear(const tinyts_add_tiles_linear_layer *layer,
                             tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const int32_t right = call.x + call.output->width;
    tinyts_tiles_pair pair;
    for (int32_t x = call.x; x < right; x = pair.end) {
        pair = tinyts_tiles_pair_at(layer->input_1, layer->input_2, &call, x, right);
        const tinyts_add_linear_layer part = {
            &pair.input_1, &pair.input_2, &pair.output, layer->first,
            layer->second, layer->offset, layer->shift, layer->activation,
        };
        tinyts_add_linear(&part, memory, call.first, call.last);
    }
}
