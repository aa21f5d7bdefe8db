/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_pixels_pairs.h"

#include "tinyts_fused_pixels_steps.h"

void tinyts_fused_pixels_pairs(const tinyts_fused_pixels_pairs_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const output = layer->output;
    const tinyts_packed_conv *const consumer = &layer->consumer;
    const tinyts_tensor middle = tinyts_fused_pixels_middle(layer->input, output);
    int8_t *const workspace = tinyts_row(layer->workspace, memory, first);
    int8_t *const place[] = {workspace};
    const int32_t bytes = (middle.width * middle.channels + 3) & ~3;
    int32_t *const values = (int32_t *)(void *)(workspace + bytes);
    tinyts_pending pending = {NULL, 1};
    for (int32_t y = first; y < last; ++y) {
        pending.more = y + 1 < last;
        tinyts_fused_pixels_row(&layer->producer, layer->input, memory, y,
                                output->width, workspace);
        tinyts_paired_row(consumer, &middle, place, y, output->width, consumer->stream,
                          output->channels, tinyts_row(output, memory, y),
                          output->pixel_pitch, values, &pending);
    }
}
