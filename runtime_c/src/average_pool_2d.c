/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d.h"

#include "tinyts_sum.h"

void tinyts_average_pool_2d(const tinyts_average_pool_2d_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_pool_params params = layer->params;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        tinyts_area window;
        window.rows = tinyts_covered(y * params.stride.h - params.padding.h,
                                     layer->kernel.h, input.height);
        for (int32_t x = 0; x < output.width; ++x) {
            int8_t *const out = row + x * output.pixel_pitch;
            int32_t channel = 0;
            window.columns = tinyts_covered(x * params.stride.w - params.padding.w,
                                            layer->kernel.w, input.width);
            const int32_t count = tinyts_area_pixels(&window);
            for (; channel + 4 <= output.channels; channel += 4) {
                uint32_t sums[4];
                tinyts_sum_4(&input, memory, &window, channel, sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = tinyts_average_output((int32_t)sums[i], count,
                                                             params.activation);
                }
            }
            for (; channel < output.channels; ++channel) {
                const uint32_t sum = tinyts_sum(&input, memory, &window, channel, 1);
                out[channel] =
                    tinyts_average_output((int32_t)sum, count, params.activation);
            }
        }
    }
}
