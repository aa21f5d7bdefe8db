/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d.h"

#include "tinyts_requantize.h"
#include "tinyts_window.h"

/* The part of a window that lies in the input: rows and columns of the input. */
typedef struct {
    tinyts_taps rows;
    tinyts_taps columns;
} area;

/* Sums of channels channel..channel+3. */
static inline void add_4(const tinyts_tensor *input, tinyts_memory memory,
                         const area *window, int32_t channel, int32_t sums[4]) {
    int32_t sum_0 = 0;
    int32_t sum_1 = 0;
    int32_t sum_2 = 0;
    int32_t sum_3 = 0;
    for (int32_t y = window->rows.first; y < window->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = window->columns.first; x < window->columns.last; ++x) {
            const int8_t *const in = row + x * input->pixel_pitch;
            sum_0 += in[0];
            sum_1 += in[1];
            sum_2 += in[2];
            sum_3 += in[3];
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The same for one channel. */
static inline int32_t add_1(const tinyts_tensor *input, tinyts_memory memory,
                            const area *window, int32_t channel) {
    int32_t sum = 0;
    for (int32_t y = window->rows.first; y < window->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = window->columns.first; x < window->columns.last; ++x) {
            sum += row[x * input->pixel_pitch];
        }
    }
    return sum;
}

/* The mean, rounded to nearest, ties away from zero; 0 of nothing. */
static inline int8_t finish(int32_t sum, int32_t count, tinyts_activation activation) {
    if (count == 0) {
        return tinyts_clamp(0, activation);
    }
    const int32_t half = count / 2;
    return tinyts_clamp((sum > 0 ? sum + half : sum - half) / count, activation);
}

void tinyts_average_pool_2d(const tinyts_average_pool_2d_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const tinyts_pool_params params = layer->params;
    for (int32_t y = first; y < last; ++y) {
        int8_t *const row = tinyts_row(&output, memory, y);
        area window;
        window.rows = tinyts_covered(y * params.stride.h - params.padding.h,
                                     layer->kernel.h, input.height);
        for (int32_t x = 0; x < output.width; ++x) {
            int8_t *const out = row + x * output.pixel_pitch;
            int32_t channel = 0;
            window.columns = tinyts_covered(x * params.stride.w - params.padding.w,
                                            layer->kernel.w, input.width);
            const int32_t count = (window.rows.last - window.rows.first) *
                                  (window.columns.last - window.columns.first);
            for (; channel + 4 <= output.channels; channel += 4) {
                int32_t sums[4];
                add_4(&input, memory, &window, channel, sums);
                for (int32_t i = 0; i < 4; ++i) {
                    out[channel + i] = finish(sums[i], count, params.activation);
                }
            }
            for (; channel < output.channels; ++channel) {
                const int32_t sum = add_1(&input, memory, &window, channel);
                out[channel] = finish(sum, count, params.activation);
            }
        }
    }
}
