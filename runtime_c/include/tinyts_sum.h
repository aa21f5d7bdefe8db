/*
 * Sums of input values over rows and columns, and the means made of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SUM_H
#define TINYTS_SUM_H

#include "tinyts_requantize.h"
#include "tinyts_simd.h"
#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The sum over an area of `depth` channels from `channel` on, modulo 2^32. */
static inline uint32_t tinyts_sum(const tinyts_tensor *input, tinyts_memory memory,
                                  const tinyts_area *area, int32_t channel,
                                  int32_t depth) {
    uint32_t sum = 0;
    for (int32_t y = area->rows.first; y < area->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = area->columns.first; x < area->columns.last; ++x) {
            const int8_t *const in = row + x * input->pixel_pitch;
            for (int32_t c = 0; c < depth; ++c) {
                sum += (uint32_t)in[c];
            }
        }
    }
    return sum;
}

/*
 * An area as rows of `columns` pixels `pitch` bytes apart, the first at byte `start` of
 * its row; it is one row where rows follow each other as pixels do.
 */
typedef struct {
    tinyts_taps rows;
    int32_t start;
    int32_t columns;
    int32_t pitch;
} tinyts_pixel_rows;

static inline tinyts_pixel_rows tinyts_pixel_rows_of(const tinyts_tensor *input,
                                                     const tinyts_area *area) {
    const int32_t height = area->rows.last - area->rows.first;
    const int32_t pitch = (int32_t)input->row_pitch;
    tinyts_pixel_rows found = {area->rows, area->columns.first * input->pixel_pitch,
                               area->columns.last - area->columns.first,
                               input->pixel_pitch};
    if (height <= 1 || input->layout != TINYTS_ROWS_PITCH) {
        return found;
    }
    if (found.columns == 1) {
        found.pitch = pitch;
        found.columns = height;
        found.rows.last = found.rows.first + 1;
    } else if (pitch == found.columns * found.pitch) {
        found.columns *= height;
        found.rows.last = found.rows.first + 1;
    }
    return found;
}

#if TINYTS_HAS_DSP

/* Values that a signed half of a word is sure to hold the sum of. */
#define TINYTS_LANE_VALUES 256

/* Sums of four channels in two words, each of two lanes of 16 bits. */
typedef struct {
    int32_t even; /* channels 0 and 2 */
    int32_t odd;  /* channels 1 and 3 */
} tinyts_lanes;

/* Adds four channels of `count` pixels; unrolled: a loop costs as much as two pixels. */
static inline tinyts_lanes tinyts_add_lanes(tinyts_lanes lanes, const int8_t *in,
                                            int32_t pitch, int32_t count) {
    for (; count >= 4; count -= 4) {
        for (int32_t i = 0; i < 4; ++i) {
            const int32_t word = tinyts_load_4(in);
            lanes.even = tinyts_sxtab16(lanes.even, word);
            lanes.odd = tinyts_sxtab16_ror8(lanes.odd, word);
            in += pitch;
        }
    }
    for (; count > 0; --count) {
        const int32_t word = tinyts_load_4(in);
        lanes.even = tinyts_sxtab16(lanes.even, word);
        lanes.odd = tinyts_sxtab16_ror8(lanes.odd, word);
        in += pitch;
    }
    return lanes;
}

static inline void tinyts_flush_lanes(tinyts_lanes *lanes, uint32_t sums[4]) {
    sums[0] += (uint32_t)tinyts_low(lanes->even);
    sums[1] += (uint32_t)tinyts_low(lanes->odd);
    sums[2] += (uint32_t)tinyts_high(lanes->even);
    sums[3] += (uint32_t)tinyts_high(lanes->odd);
    lanes->even = 0;
    lanes->odd = 0;
}

/* Sums of channels channel..channel+3, each by itself. */
static inline void tinyts_sum_4(const tinyts_tensor *input, tinyts_memory memory,
                                const tinyts_area *area, int32_t channel,
                                uint32_t sums[4]) {
    const tinyts_pixel_rows pixels = tinyts_pixel_rows_of(input, area);
    const int32_t pitch = pixels.pitch;
    tinyts_lanes lanes = {0, 0};
    int32_t room = TINYTS_LANE_VALUES;
    uint32_t total[4] = {0, 0, 0, 0};
    for (int32_t y = pixels.rows.first; y < pixels.rows.last; ++y) {
        const int8_t *in = tinyts_row(input, memory, y) + channel;
        int32_t left = pixels.columns;
        in += pixels.start;
        while (left > room) {
            lanes = tinyts_add_lanes(lanes, in, pitch, room);
            tinyts_flush_lanes(&lanes, total);
            in += room * pitch;
            left -= room;
            room = TINYTS_LANE_VALUES;
        }
        lanes = tinyts_add_lanes(lanes, in, pitch, left);
        room -= left;
    }
    tinyts_flush_lanes(&lanes, total);
    memcpy(sums, total, sizeof total);
}

#else

/* Sums of channels channel..channel+3, each by itself. */
static inline void tinyts_sum_4(const tinyts_tensor *input, tinyts_memory memory,
                                const tinyts_area *area, int32_t channel,
                                uint32_t sums[4]) {
    uint32_t sum_0 = 0;
    uint32_t sum_1 = 0;
    uint32_t sum_2 = 0;
    uint32_t sum_3 = 0;
    for (int32_t y = area->rows.first; y < area->rows.last; ++y) {
        const int8_t *const row = tinyts_row(input, memory, y) + channel;
        for (int32_t x = area->columns.first; x < area->columns.last; ++x) {
            const int8_t *const in = row + x * input->pixel_pitch;
            sum_0 += (uint32_t)in[0];
            sum_1 += (uint32_t)in[1];
            sum_2 += (uint32_t)in[2];
            sum_3 += (uint32_t)in[3];
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

#endif

/* MEAN's result: `offset` is that of the input as often as there are values. */
static inline int8_t tinyts_mean_output(uint32_t sum, uint32_t offset,
                                        tinyts_per_tensor_quant_params quant,
                                        int32_t output_offset) {
    const tinyts_activation all = {INT8_MIN, INT8_MAX};
    return tinyts_output(sum + offset, quant.multiplier, quant.shift, output_offset,
                         all);
}

/* AVERAGE_POOL_2D's: rounded to nearest, ties away from zero; 0 of nothing. */
static inline int8_t tinyts_average_output(int32_t sum, int32_t count,
                                           tinyts_activation activation) {
    if (count == 0) {
        return tinyts_clamp(0, activation);
    }
    const int32_t half = count / 2;
    return tinyts_clamp((sum > 0 ? sum + half : sum - half) / count, activation);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SUM_H */
