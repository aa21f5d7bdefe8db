/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_block_pixels.h"

#include "tinyts_fused_block_cells.h"

static void convolve(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                     tinyts_memory memory, int32_t y, int32_t width, int32_t channels,
                     int8_t *out, int32_t pitch, int32_t *values) {
    (void)values;
    tinyts_packed_row(conv, input, memory, y, width, conv->stream, channels, out, pitch);
}

void tinyts_fused_block_pixels(const tinyts_fused_block_pixels_layer *layer,
                               tinyts_memory memory, int32_t first, int32_t last) {
    tinyts_block_run(layer, memory, first, last, convolve);
}
