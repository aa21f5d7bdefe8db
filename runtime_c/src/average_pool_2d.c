/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d.h"

#include "tinyts_sum.h"
#include "tinyts_taps.h"

/* A sum divided by `count`, to nearest, ties away from zero; half is count / 2. */
static inline uint32_t average(int32_t sum, int32_t count, int32_t half) {
    return (uint32_t)((sum + (half ^ (sum >> 31)) - (sum >> 31)) / count);
}

/* Averages of `channels` channels of a list of at least one pixel. */
static void average_taps(const tinyts_tap_list *list, int8_t *out, int32_t channels,
                         tinyts_activation activation) {
    const int32_t count = list->count;
    const int32_t half = count / 2;
    const int32_t least = tinyts_splat_4(activation.min);
    const int32_t most = tinyts_splat_4(activation.max);
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        int32_t even = 0; /* sums of channels 0 and 2: so few that 16 bits hold them */
        int32_t odd = 0;
        for (int32_t k = 0; k < count; ++k) {
            const int32_t word = tinyts_load_4(list->tap[k] + channel);
            even = tinyts_sxtab16(even, word);
            odd = tinyts_sxtab16_ror8(odd, word);
        }
        const uint32_t word = (average(tinyts_low(even), count, half) & 0xFFu) |
                              (average(tinyts_low(odd), count, half) & 0xFFu) << 8 |
                              (average(tinyts_high(even), count, half) & 0xFFu) << 16 |
                              average(tinyts_high(odd), count, half) << 24;
        tinyts_store_4(out + channel,
                       tinyts_min_4(tinyts_max_4((int32_t)word, least), most));
    }
    for (; channel < channels; ++channel) {
        int32_t sum = 0;
        for (int32_t k = 0; k < count; ++k) {
            sum += list->tap[k][channel];
        }
        out[channel] = tinyts_average_output(sum, count, activation);
    }
}

/* The same of a window of any size. */
static void average_area(const tinyts_tensor *input, tinyts_memory memory,
                         const tinyts_area *window, int8_t *out, int32_t channels,
                         tinyts_activation activation) {
    const int32_t count = tinyts_area_pixels(window);
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        uint32_t sums[4];
        tinyts_sum_4(input, memory, window, channel, sums);
        for (int32_t i = 0; i < 4; ++i) {
            out[channel + i] =
                tinyts_average_output((int32_t)sums[i], count, activation);
        }
    }
    for (; channel < channels; ++channel) {
        const uint32_t sum = tinyts_sum(input, memory, window, channel, 1);
        out[channel] = tinyts_average_output((int32_t)sum, count, activation);
    }
}

void tinyts_average_pool_2d(const tinyts_average_pool_2d_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
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
                average_taps(&list, out, output.channels, params.activation);
            } else {
                average_area(&input, memory, &window, out, output.channels,
                             params.activation);
            }
        }
    }
}
