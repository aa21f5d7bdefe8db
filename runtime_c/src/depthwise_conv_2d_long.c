/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_long.h"

#include "tinyts_depthwise_pixel.h"
#include "tinyts_simd.h"

typedef tinyts_depthwise_conv_2d_long_layer long_layer;

/* How taps are found: as rows of the input lie, or one by one where some are outside. */
#define SOME_OUTSIDE 1

/* The window of an output row: tap k is input row y + k * dilation. */
typedef struct {
    const tinyts_tensor *input;
    tinyts_memory memory;
    const int8_t *base; /* of the rows' offsets */
    const int8_t *zeros;
    int32_t y;
    int32_t dilation;
} window;

/* The first channel of tap k; `layout` is a constant where this is inlined. */
static inline const int8_t *tap_of(const window *at, int32_t k, int32_t layout) {
    const int32_t y = at->y + k * at->dilation;
    switch (layout) {
        case SOME_OUTSIDE:
            return y < 0 || y >= at->input->height ? at->zeros
                                                   : tinyts_row(at->input, at->memory, y);
        case TINYTS_ROWS_TABLE16:
            return at->base + ((const uint16_t *)at->input->rows)[y];
        case TINYTS_ROWS_TABLE32:
            return at->base + ((const uint32_t *)at->input->rows)[y];
        default:
            return at->base + (uint32_t)y * at->input->row_pitch;
    }
}

/* All channels of the pixel. */
static inline void pixel(const long_layer *layer, window at, int8_t *out,
                         int32_t layout) {
    const int32_t *stream = layer->stream;
    const int32_t channels = layer->output->channels;
    const int32_t taps = layer->kernel.h;
    const tinyts_depthwise_stream stage = {stream, layer->relu, layer->shift};
    for (int32_t c = 0; c < channels; c += 4) {
        int32_t sum_0 = stream[0];
        int32_t sum_1 = stream[1];
        int32_t sum_2 = stream[2];
        int32_t sum_3 = stream[3];
        stream += 4;
        for (int32_t k = 0; k < taps; k += 2) {
            const int32_t other = k + 1 < taps ? k + 1 : k; /* for a weight of 0 */
            const int32_t a = tinyts_load_4(tap_of(&at, k, layout) + c);
            const int32_t b = tinyts_load_4(tap_of(&at, other, layout) + c);
            int32_t pair = tinyts_pack_low(a, b);
            sum_0 = tinyts_smlad(tinyts_sxtb16(pair), stream[0], sum_0);
            sum_1 = tinyts_smlad(tinyts_sxtb16_ror8(pair), stream[1], sum_1);
            TINYTS_AFTER(stream, sum_1);
            pair = tinyts_pack_high(a, b);
            sum_2 = tinyts_smlad(tinyts_sxtb16(pair), stream[2], sum_2);
            sum_3 = tinyts_smlad(tinyts_sxtb16_ror8(pair), stream[3], sum_3);
            stream += 4;
        }
        const int32_t sums[4] = {sum_0, sum_1, sum_2, sum_3};
        tinyts_depthwise_write(&stage, stream, sums, 0, out + c);
        stream += stage.relu ? 8 : 12;
    }
}

void tinyts_depthwise_conv_2d_long(const tinyts_depthwise_conv_2d_long_layer *layer,
                                   tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_conv_params *const params = &layer->params;
    const int32_t reach = (layer->kernel.h - 1) * params->dilation.h;
    window at = {input, memory, memory[input->memory] + input->offset, layer->zeros, 0,
                 params->dilation.h};
    for (int32_t y = first; y < last; ++y) {
        int8_t *const out = tinyts_row(layer->output, memory, y);
        at.y = y * params->stride.h - params->padding.h;
        if (at.y < 0 || at.y + reach >= input->height) {
            pixel(layer, at, out, SOME_OUTSIDE);
        } else if (input->layout == TINYTS_ROWS_TABLE16) {
            pixel(layer, at, out, TINYTS_ROWS_TABLE16);
        } else if (input->layout == TINYTS_ROWS_TABLE32) {
            pixel(layer, at, out, TINYTS_ROWS_TABLE32);
        } else {
            pixel(layer, at, out, TINYTS_ROWS_PITCH);
        }
    }
}
