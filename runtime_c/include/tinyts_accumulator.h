/*
 * Sums that live in the arena between calls: an int32 for each channel, as the bytes of
 * a [1, 1, 4 * channels] tensor, aligned or not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ACCUMULATOR_H
#define TINYTS_ACCUMULATOR_H

#include <stddef.h>
#include <string.h>

#include "tinyts_sum.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline uint32_t tinyts_accumulated(const int8_t *accumulators, int32_t channel) {
    uint32_t value;
    memcpy(&value, accumulators + channel * 4, sizeof value);
    return value;
}

/* Adds to an accumulator modulo 2^32; to nothing instead where `start` is 1. */
static inline void tinyts_accumulate(int8_t *accumulators, int32_t channel,
                                     uint32_t value, int32_t start) {
    if (!start) {
        value += tinyts_accumulated(accumulators, channel);
    }
    memcpy(accumulators + channel * 4, &value, sizeof value);
}

/* A tensor, as one whose rows lie at a pitch if its rows first..last-1 do. */
static inline tinyts_tensor tinyts_evenly(const tinyts_tensor *input,
                                          tinyts_memory memory, tinyts_taps rows) {
    const int8_t *start = NULL;
    tinyts_tensor even = *input;
    ptrdiff_t pitch = 0;
    if (input->layout == TINYTS_ROWS_PITCH || rows.last - rows.first < 2) {
        return even;
    }
    start = tinyts_row(input, memory, rows.first);
    pitch = tinyts_row(input, memory, rows.first + 1) - start;
    for (int32_t y = rows.first + 2; y < rows.last; ++y) {
        if (tinyts_row(input, memory, y) - start != pitch * (y - rows.first)) {
            return even;
        }
    }
    if (pitch < 0 || start - memory[input->memory] < pitch * rows.first) {
        return even;
    }
    even.layout = TINYTS_ROWS_PITCH;
    even.row_pitch = (uint32_t)pitch;
    even.offset = (uint32_t)(start - memory[input->memory] - pitch * rows.first);
    return even;
}

#if TINYTS_HAS_DSP
/*
 * Adds the sums of channels four at a time, where the area is one row of few pixels;
 * how many channels that are, 0 for another area.
 */
static inline int32_t tinyts_accumulate_row(int8_t *accumulators,
                                            const tinyts_tensor *input,
                                            tinyts_memory memory,
                                            const tinyts_area *area, int32_t start) {
    const tinyts_pixel_rows pixels = tinyts_pixel_rows_of(input, area);
    const int32_t channels = input->channels & ~3;
    if (pixels.rows.last - pixels.rows.first != 1 ||
        pixels.columns > TINYTS_LANE_VALUES) {
        return 0;
    }
    const int8_t *in = tinyts_row(input, memory, pixels.rows.first) + pixels.start;
    for (int32_t channel = 0; channel < channels; channel += 4, in += 4) {
        const tinyts_lanes none = {0, 0};
        tinyts_lanes lanes = tinyts_add_lanes(none, in, pixels.pitch, pixels.columns);
        uint32_t sums[4] = {0, 0, 0, 0};
        if (!start) {
            memcpy(sums, accumulators + channel * 4, sizeof sums);
        }
        tinyts_flush_lanes(&lanes, sums);
        memcpy(accumulators + channel * 4, sums, sizeof sums);
    }
    return channels;
}
#endif

/* Adds the sum of each of the input's channels over an area. */
static inline void tinyts_accumulate_area(int8_t *accumulators,
                                          const tinyts_tensor *input,
                                          tinyts_memory memory, const tinyts_area *area,
                                          int32_t start) {
    const tinyts_tensor even = tinyts_evenly(input, memory, area->rows);
    int32_t channel = 0;
#if TINYTS_HAS_DSP
    channel = tinyts_accumulate_row(accumulators, &even, memory, area, start);
#endif
    for (; channel + 4 <= input->channels; channel += 4) {
        uint32_t sums[4];
        tinyts_sum_4(&even, memory, area, channel, sums);
        for (int32_t i = 0; i < 4; ++i) {
            tinyts_accumulate(accumulators, channel + i, sums[i], start);
        }
    }
    for (; channel < input->channels; ++channel) {
        const uint32_t sum = tinyts_sum(input, memory, area, channel, 1);
        tinyts_accumulate(accumulators, channel, sum, start);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ACCUMULATOR_H */
