/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_max_pool_2d.h"

#include "tinyts_requantize.h"
#include "tinyts_simd.h"
#include "tinyts_window.h"

/* Four times INT8_MIN. */
#define LOWEST_4 ((int32_t)0x80808080u)

static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

/* Maxima of channels channel..channel+3. */
static inline void max_4(const tinyts_tensor *input, tinyts_memory memory,
                         const tinyts_area *window, int32_t channel,
                         int8_t maxima[4]) {
    int32_t max = LOWEST_4;
    for (int32_t y = window->rows.first; y < window->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = window->columns.first; x < window->columns.last; ++x) {
            max = tinyts_max_4(max, tinyts_load_4(row + x * input->pixel_pitch));
        }
    }
    memcpy(maxima, &max, sizeof max);
}

/* The same for one channel. */
static inline int32_t max_1(const tinyts_tensor *input, tinyts_memory memory,
                            const tinyts_area *window, int32_t channel) {
    int32_t max = INT8_MIN;
    for (int32_t y = window->rows.first; y < window->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = window->columns.first; x < window->columns.last; ++x) {
            max = larger(max, row[x * input->pixel_pitch]);
        }
    }
    return max;
}

void tinyts_max_pool_2d(const tinyts_max_pool_2d_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last) {
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
            for (; channel + 4 <= output.channels; channel += 4) {
                int8_t maxima[4];
                max_4(&input, memory, &window, channel, maxima);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = tinyts_clamp(maxima[i], params.activation);
                }
            }
            for (; channel < output.channels; ++channel) {
                const int32_t max = max_1(&input, memory, &window, channel);
                out[channel] = tinyts_clamp(max, params.activation);
            }
        }
    }
}
