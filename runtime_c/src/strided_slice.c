/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_strided_slice.h"

#include "tinyts_copy.h"

/* Every n-th channel of pixels. */
TINYTS_APART void slice_channels(const tinyts_strided_slice_layer *layer,
                                 const int8_t *in, int8_t *out) {
    const int32_t in_pitch = layer->stride.w * layer->input->pixel_pitch;
    const int32_t out_pitch = layer->output->pixel_pitch;
    const int32_t pixels = layer->output->width;
    const int32_t channels = layer->output->channels;
    const int32_t stride = layer->channel_stride;
    for (int32_t x = 0; x < pixels; ++x) {
        for (int32_t c = 0; c < channels; ++c) {
            out[c] = in[c * stride];
        }
        in += in_pitch;
        out += out_pitch;
    }
}

/* Whether rows of the output are rows of the input, and lie as they do. */
static int takes_blocks(const tinyts_strided_slice_layer *layer) {
    return layer->stride.h == 1 && layer->input->width == layer->output->width &&
           layer->input->channels == layer->output->channels &&
           tinyts_is_block(layer->input) && tinyts_is_block(layer->output);
}

/* Whether pixel 0 of every row begins a pitch behind that of the row before. */
static int takes_columns(const tinyts_strided_slice_layer *layer) {
    return layer->channel_stride == 1 && layer->output->width == 1 &&
           layer->input->layout == TINYTS_ROWS_PITCH &&
           layer->output->layout == TINYTS_ROWS_PITCH;
}

void tinyts_strided_slice(const tinyts_strided_slice_layer *layer,
                          tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t in_pitch = layer->stride.w * input->pixel_pitch;
    const int32_t start =
        layer->first_channel - layer->padding.w * input->pixel_pitch;
    if (takes_blocks(layer)) {
        tinyts_copy_bytes(tinyts_row(output, memory, first),
                          tinyts_row(input, memory, first - layer->padding.h),
                          (last - first) * output->width * output->channels);
        return;
    }
    if (takes_columns(layer)) {
        const int32_t in_y = first * layer->stride.h - layer->padding.h;
        tinyts_copy_pixels(tinyts_row(output, memory, first),
                           (int32_t)output->row_pitch,
                           tinyts_row(input, memory, in_y) + start,
                           layer->stride.h * (int32_t)input->row_pitch, last - first,
                           output->channels);
        return;
    }
    for (int32_t y = first; y < last; ++y) {
        const int32_t in_y = y * layer->stride.h - layer->padding.h;
        const int8_t *const in = tinyts_row(input, memory, in_y) + start;
        int8_t *const out = tinyts_row(output, memory, y);
        if (layer->channel_stride == 1) {
            tinyts_copy_pixels(out, output->pixel_pitch, in, in_pitch, output->width,
                               output->channels);
        } else {
            slice_channels(layer, in, out);
        }
    }
}
