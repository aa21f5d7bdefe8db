/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_max_pool_2d.h"

#include "tinyts_requantize.h"
#include "tinyts_simd.h"
#include "tinyts_taps.h"

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

/* Maxima of `channels` channels of a list of at least one pixel, clamped. */
static void max_taps(const tinyts_tap_list *list, int8_t *out, int32_t channels,
                     tinyts_activation activation) {
    const int32_t least = tinyts_splat_4(activation.min);
    const int32_t most = tinyts_splat_4(activation.max);
    const int32_t count = list->count;
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        int32_t max = tinyts_load_4(list->tap[0] + channel);
        for (int32_t k = 1; k < count; ++k) {
            max = tinyts_max_4(max, tinyts_load_4(list->tap[k] + channel));
        }
        max = tinyts_min_4(tinyts_max_4(max, least), most);
        tinyts_store_4(out + channel, max);
    }
    for (; channel < channels; ++channel) {
        int32_t max = list->tap[0][channel];
        for (int32_t k = 1; k < count; ++k) {
            max = larger(max, list->tap[k][channel]);
        }
        out[channel] = tinyts_clamp(max, activation);
    }
}

/* The same of a window of any size. */
static void max_area(const tinyts_tensor *input, tinyts_memory memory,
                     const tinyts_area *window, int8_t *out, int32_t channels,
                     tinyts_activation activation) {
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        int8_t maxima[4];
        max_4(input, memory, window, channel, maxima);
        for (int32_t i = 0; i < 4; ++i) {
            out[channel + i] = tinyts_clamp(maxima[i], activation);
        }
    }
    for (; channel < channels; ++channel) {
        const int32_t max = max_1(input, memory, window, channel);
        out[channel] = tinyts_clamp(max, activation);
    }
}

void tinyts_max_pool_2d(const tinyts_max_pool_2d_layer *layer, tinyts_memory memory,
                        int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_pool_params params = layer->params;
    tinyts_tap_list list;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        tinyts_area window;
        window.rows = tinyts_covered(y * params.stride.h - params.padding.h,
                                     layer->kernel.h, input.height);
        for (int32_t x = 0; x < output.width; ++x) {
            int8_t *const out = row + x * output.pixel_pitch;
            window.columns = tinyts_covered(x * params.stride.w - params.padding.w,
                                            layer->kernel.w, input.width);
            const int32_t pixels = tinyts_area_pixels(&window);
            if (pixels >= 1 && pixels <= TINYTS_MOST_TAPS) {
                tinyts_list_taps(&list, &input, memory, &window);
                max_taps(&list, out, output.channels, params.activation);
            } else {
                max_area(&input, memory, &window, out, output.channels,
                         params.activation);
            }
        }
    }
}
