/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_prelu_tiles.h"

#include "tinyts_prelu.h"

void tinyts_prelu_tiles(const tinyts_prelu_tiles_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const int32_t right = call.x + call.output->width;
    int32_t end;
    for (int32_t x = call.x; x < right; x = end) {
        end = right;
        tinyts_tensor a = tinyts_tiles_part(layer->input_1, x, &end);
        const tinyts_tensor b = tinyts_tiles_part(layer->input_2, x, &end);
        const tinyts_tensor out =
            tinyts_cropped(call.output, x - call.x, end - call.x);
        /* what the second input has shortened */
        a.width = a.width > out.width ? out.width : a.width;
        const tinyts_prelu_layer part = {
            &a,
            &b,
            &out,
            layer->input_1_offset,
            layer->input_2_offset,
            layer->output_offset,
            layer->identity_quant,
            layer->product_quant,
        };
        tinyts_prelu(&part, memory, call.first, call.last);
    }
}
