/*
 * Where the columns of the middle of tinyts_fused_block lie: the same for its variants.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_BLOCK_STEPS_H
#define TINYTS_FUSED_BLOCK_STEPS_H

#include <string.h>

#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The depthwise convolution's way down the middle. */
typedef struct {
    int32_t extent; /* rows of its window, from the first to the last */
    int32_t stride;
    int32_t padding;
    int32_t height; /* of the middle */
    int32_t keep;   /* the fields of the layer */
    int32_t first_row;
    int32_t last_row;
} tinyts_block_rows;

/* Rows of the middle while an output row is computed. */
typedef struct {
    int32_t first;        /* of the window */
    int32_t kept_end;     /* first..kept_end-1 were kept */
    int32_t last;         /* kept_end..last-1 are computed */
    int32_t stored;       /* stored..stored_end-1 of these are kept for the next row; */
    int32_t placed;       /* from here on they are put in place at once */
    int32_t stored_end;
} tinyts_block_row;

static inline int32_t tinyts_block_smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static inline int32_t tinyts_block_larger(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static inline int32_t tinyts_block_kept_end(const tinyts_block_rows *rows, int32_t y,
                                            tinyts_taps window) {
    const int32_t origin = y * rows->stride - rows->padding;
    if (y == rows->first_row) {
        return window.first;
    }
    const tinyts_taps before =
        tinyts_clipped(origin - rows->stride, rows->extent, rows->height);
    const int32_t end = tinyts_block_smaller(before.last, origin + rows->keep);
    return tinyts_block_larger(window.first, tinyts_block_smaller(end, window.last));
}

static inline tinyts_block_row tinyts_block_look(const tinyts_block_rows *rows,
                                                 int32_t y) {
    const int32_t origin = y * rows->stride - rows->padding;
    const tinyts_taps now = tinyts_clipped(origin, rows->extent, rows->height);
    tinyts_block_row row = {now.first, tinyts_block_kept_end(rows, y, now), now.last,
                            now.last, now.last, now.last};
    if (y + 1 < rows->last_row) {
        const tinyts_taps next =
            tinyts_clipped(origin + rows->stride, rows->extent, rows->height);
        const int32_t dying =
            tinyts_block_smaller(next.first, row.kept_end) - now.first;
        row.stored_end = tinyts_block_kept_end(rows, y + 1, next);
        row.stored = tinyts_block_smaller(
            tinyts_block_larger(row.kept_end, next.first), row.stored_end);
        row.placed = tinyts_block_smaller(row.stored + dying, row.stored_end);
    }
    return row;
}

/* The middle while an output row is computed. */
typedef struct {
    const tinyts_tensor *middle;
    tinyts_memory memory;
    tinyts_block_row rows;
    int8_t *ring;    /* [rows that are not in place][columns][channels of the middle] */
    int32_t columns; /* of the ring */
} tinyts_block_middle;

/* Whether row i lies in its place, not in the ring. */
static inline int32_t tinyts_block_in_place(const tinyts_block_row *rows, int32_t i) {
    return i < rows->kept_end || (rows->placed <= i && i < rows->stored_end);
}

/* Where column 0 of row i of the ring lies. */
static inline int8_t *tinyts_block_ring_row(const tinyts_block_middle *middle,
                                            int32_t i) {
    const tinyts_block_row *const rows = &middle->rows;
    const int32_t placed = rows->stored_end - rows->placed;
    const int32_t at = i - rows->kept_end - (i < rows->stored_end ? 0 : placed);
    return middle->ring + at * middle->columns * middle->middle->channels;
}

/* The pixel of row i, column x. */
static inline int8_t *tinyts_block_find(const tinyts_block_middle *middle, int32_t i,
                                        int32_t x) {
    if (tinyts_block_in_place(&middle->rows, i)) {
        return tinyts_row(middle->middle, middle->memory, i) +
               x * middle->middle->pixel_pitch;
    }
    return tinyts_block_ring_row(middle, i) +
           x % middle->columns * middle->middle->channels;
}

/* Puts columns first..last-1 of the rows that waited for it in place. */
static inline void tinyts_block_put(const tinyts_block_middle *middle, int32_t first,
                                    int32_t last) {
    for (int32_t i = middle->rows.stored; i < middle->rows.placed; ++i) {
        int8_t *const row = tinyts_row(middle->middle, middle->memory, i);
        for (int32_t x = first; x < last; ++x) {
            memcpy(row + x * middle->middle->pixel_pitch,
                   tinyts_block_find(middle, i, x), (size_t)middle->middle->channels);
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_BLOCK_STEPS_H */
