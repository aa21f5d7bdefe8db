/*
 * Windows of convolutions and pools, clipped to the tensor that they slide over.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_WINDOW_H
#define TINYTS_WINDOW_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Taps first..last-1 of a window along one axis; none if first >= last. */
typedef struct {
    int32_t first;
    int32_t last;
} tinyts_taps;

/* The part of a window that lies in the input: rows and columns of the input. */
typedef struct {
    tinyts_taps rows;
    tinyts_taps columns;
} tinyts_area;

/* How many pixels an area has. */
static inline int32_t tinyts_area_pixels(const tinyts_area *area) {
    return (area->rows.last - area->rows.first) *
           (area->columns.last - area->columns.first);
}

/*
 * Those of `taps` taps, at origin + tap * dilation, that lie in 0..size-1. No division:
 * the loops run only where a window crosses the border.
 */
static inline tinyts_taps tinyts_taps_inside(int32_t origin, int32_t dilation,
                                             int32_t taps, int32_t size) {
    tinyts_taps inside = {0, taps};
    while (inside.first < taps && origin + inside.first * dilation < 0) {
        ++inside.first;
    }
    while (inside.last > inside.first &&
           origin + (inside.last - 1) * dilation >= size) {
        --inside.last;
    }
    return inside;
}

/*
 * Those of positions origin..origin+taps-1 that lie in 0..size-1, as positions; first
 * equals last if there are none.
 */
static inline tinyts_taps tinyts_covered(int32_t origin, int32_t taps, int32_t size) {
    tinyts_taps covered = {origin, origin + taps};
    if (covered.first < 0) {
        covered.first = 0;
    }
    if (covered.last > size) {
        covered.last = size;
    }
    if (covered.last < covered.first) {
        covered.last = covered.first;
    }
    return covered;
}

/*
 * The same, but where there are none first and last are the nearest end, 0 or size.
 */
static inline tinyts_taps tinyts_clipped(int32_t origin, int32_t taps, int32_t size) {
    tinyts_taps clipped = tinyts_covered(origin, taps, size);
    if (clipped.first > size) {
        clipped.first = size;
        clipped.last = size;
    }
    return clipped;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_WINDOW_H */
