/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_pixels.h"

#include "tinyts_simd.h"

/* All channels of one pixel; `taps` are `pairs` pairs. */
static void pixel(const tinyts_depthwise_conv_2d_pixels_layer *layer,
                  const int8_t *const *taps, int32_t pairs, int32_t channels,
                  int8_t *out) {
    const int32_t *stream = layer->stream;
    const int32_t relu = layer->relu;
    const int32_t shift = layer->shift;
    for (int32_t c = 0; c < channels; c += 4) {
        int32_t sums[4] = {stream[0], stream[1], stream[2], stream[3]};
        const int8_t *const *tap = taps;
        stream += 4;
        for (int32_t i = 0; i < pairs; ++i) {
            const int32_t a = tinyts_load_4(tap[0] + c);
            const int32_t b = tinyts_load_4(tap[1] + c);
            const int32_t low = tinyts_pack_low(a, b);
            const int32_t high = tinyts_pack_high(a, b);
            sums[0] = tinyts_smlad(tinyts_sxtb16(low), stream[0], sums[0]);
            sums[1] = tinyts_smlad(tinyts_sxtb16_ror8(low), stream[1], sums[1]);
            sums[2] = tinyts_smlad(tinyts_sxtb16(high), stream[2], sums[2]);
            sums[3] = tinyts_smlad(tinyts_sxtb16_ror8(high), stream[3], sums[3]);
            stream += 4;
            tap += 2;
        }
        for (int32_t i = 0; i < 4; ++i) {
            const int32_t m = stream[2 * i];
            const int32_t k = stream[2 * i + 1];
            const int32_t value =
                relu ? tinyts_smmla(sums[i], m, k) >> shift
                     : (tinyts_smmlar(sums[i], m, k) + (sums[i] >> 31)) >> stream[8 + i];
            out[c + i] = (int8_t)tinyts_ssat8(value);
        }
        stream += relu ? 8 : 12;
    }
}

void tinyts_depthwise_conv_2d_pixels(const tinyts_depthwise_conv_2d_pixels_layer *layer,
                                     tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_conv_params params = layer->params;
    const tinyts_tile kernel = layer->kernel;
    const int8_t *taps[TINYTS_MAX_TAPS];
    if (kernel.h * kernel.w & 1) {
        taps[kernel.h * kernel.w] = layer->zeros; /* the last pair's other tap */
    }
    for (int32_t y = first; y < last; ++y) {
        int8_t *out = tinyts_row(&output, memory, y);
        const int32_t in_y = y * params.stride.h - params.padding.h;
        for (int32_t x = 0; x < output.width; ++x) {
            const int32_t in_x = x * params.stride.w - params.padding.w;
            int32_t count = 0;
            for (int32_t ky = 0; ky < kernel.h; ++ky) {
                const int32_t row_y = in_y + ky * params.dilation.h;
                const int32_t inside = 0 <= row_y && row_y < input.height;
                const int8_t *const row =
                    inside ? tinyts_row(&input, memory, row_y) : NULL;
                for (int32_t kx = 0; kx < kernel.w; ++kx) {
                    const int32_t column = in_x + kx * params.dilation.w;
                    taps[count++] = row && 0 <= column && column < input.width
                                        ? row + column * input.pixel_pitch
                                        : layer->zeros;
                }
            }
            pixel(layer, taps, (count + 1) / 2, output.channels, out);
            out += output.pixel_pitch;
        }
    }
}
