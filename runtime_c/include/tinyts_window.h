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

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_WINDOW_H */
