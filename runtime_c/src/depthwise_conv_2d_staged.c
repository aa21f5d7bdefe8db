/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_staged.h"

void tinyts_depthwise_conv_2d_staged(const tinyts_depthwise_conv_2d_staged_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const tinyts_dw_stage stage = {layer->row,    layer->stream, layer->zeros,
                                   layer->words,  layer->inputs, layer->kernel,
                                   layer->params, layer->shift,  layer->ch_mult};
    int8_t *const workspace = tinyts_row(layer->workspace, memory, first);
    for (int32_t y = first; y < last; ++y) {
        tinyts_dw_rows rows;
        tinyts_dw_look(&stage, y, input->height, &rows);
        rows.pitch = input->pixel_pitch;
        for (int32_t k = rows.first; k < rows.last; ++k) {
            rows.row[k] =
                tinyts_row(input, memory, rows.y + k * stage.params.dilation.h);
        }
        stage.row(&stage, &rows, output->width, 0, output->channels, workspace,
                  output->channels);
        tinyts_copy_pixels(tinyts_row(output, memory, y), output->pixel_pitch,
                           workspace, output->channels, output->width,
                           output->channels);
    }
}
