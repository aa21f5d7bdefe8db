/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_conv_2d_paired.h"

void tinyts_conv_2d_paired(const tinyts_conv_2d_paired_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_packed_conv conv = {layer->stream, layer->zeros,  layer->panel,
                                     layer->kernel, layer->params, layer->shift,
                                     layer->gathered};
    int8_t *const workspace = tinyts_row(layer->workspace, memory, first);
    int32_t *const values = (int32_t *)(void *)workspace;
    tinyts_pending pending = {NULL, 1};
    for (int32_t y = first; y < last; ++y) {
        pending.more = y + 1 < last;
        tinyts_paired_row(&conv, layer->input, memory, y, output->width, conv.stream,
                          output->channels, tinyts_row(output, memory, y),
                          output->pixel_pitch, values, &pending);
    }
}
