/*
 * The pixels of a small window, by their addresses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TAPS_H
#define TINYTS_TAPS_H

#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* More than a pool of 4 x 4 needs; their addresses are 64 bytes on the stack. */
#define TINYTS_MOST_TAPS 16

/* Addresses of the first channel of each pixel of an area, `count` of them. */
typedef struct {
    const int8_t *tap[TINYTS_MOST_TAPS];
    int32_t count;
} tinyts_tap_list;

/* The pixels of an area of at most TINYTS_MOST_TAPS. */
static inline void tinyts_list_taps(tinyts_tap_list *list, const tinyts_tensor *input,
                                    tinyts_memory memory, const tinyts_area *area) {
    const int32_t start = area->columns.first * input->pixel_pitch;
    int32_t count = 0;
    for (int32_t y = area->rows.first; y < area->rows.last; ++y) {
        const int8_t *in = tinyts_row(input, memory, y) + start;
        for (int32_t x = area->columns.first; x < area->columns.last; ++x) {
            list->tap[count++] = in;
            in += input->pixel_pitch;
        }
    }
    list->count = count;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TAPS_H */
