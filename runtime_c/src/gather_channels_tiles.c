/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_gather_channels_tiles.h"

#include "tinyts_gather_channels.h"

void tinyts_gather_channels_tiles(const tinyts_gather_channels_tiles_layer *layer,
                                  tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const int32_t right = call.x + call.output->width;
    int32_t end;
    for (int32_t x = call.x; x < right; x = end) {
        end = right;
        const tinyts_tensor in = tinyts_tiles_part(layer->input, x, &end);
        const tinyts_tensor out =
            tinyts_cropped(call.output, x - call.x, end - call.x);
        const tinyts_gather_channels_layer part = {&in, &out, layer->channels};
        tinyts_gather_channels(&part, memory, call.first, call.last);
    }
}
