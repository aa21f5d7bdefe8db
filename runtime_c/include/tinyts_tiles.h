/*
 * Tensors that are cut into columns of tiles.
 *
 * Every column is a tensor by itself, whose rows lie wherever the compiler has put its
 * tiles. Kernels named tinyts_*_tiles take such tensors; a tensor that is not cut is
 * one of a single column. They compute tiles of one column of the output: the rows that
 * a call names are numbered column by column, row y of column i as i * height + y.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TILES_H
#define TINYTS_TILES_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *columns; /* `count`, from left to right */
    const uint16_t *borders;      /* column i is pixels borders[i]..borders[i + 1]-1 */
    int32_t count;
} tinyts_tiles;

/* What a call computes: rows first..last-1 of one column of its output. */
typedef struct {
    const tinyts_tensor *output;
    int32_t x; /* the column's first pixel in the whole tensor */
    int32_t first;
    int32_t last;
} tinyts_tiles_call;

static inline tinyts_tiles_call tinyts_tiles_look(const tinyts_tiles *output,
                                                  int32_t first, int32_t last) {
    const int32_t height = output->columns[0].height;
    const int32_t column = first / height;
    const tinyts_tiles_call call = {&output->columns[column], output->borders[column],
                                    first - column * height, last - column * height};
    return call;
}

/* The whole tensor's width. */
static inline int32_t tinyts_tiles_width(const tinyts_tiles *tiles) {
    return tiles->borders[tiles->count];
}

/*
 * The column that holds pixel x; the first for x < 0, the last beyond the width. The
 * search starts at column `from`, which must not lie behind it.
 */
static inline int32_t tinyts_tiles_find(const tinyts_tiles *tiles, int32_t x,
                                        int32_t from) {
    while (from + 1 < tiles->count && tiles->borders[from + 1] <= x) {
        ++from;
    }
    return from;
}

/* Behind the last column that holds a pixel before `end`; at least column from + 1. */
static inline int32_t tinyts_tiles_end(const tinyts_tiles *tiles, int32_t end,
                                       int32_t from) {
    do {
        ++from;
    } while (from < tiles->count && tiles->borders[from] < end);
    return from;
}

/* The part of a tensor from pixel `first` to `last` - 1 of its rows. */
static inline tinyts_tensor tinyts_cropped(const tinyts_tensor *tensor, int32_t first,
                                           int32_t last) {
    tinyts_tensor part = *tensor;
    part.offset += (uint32_t)(first * tensor->pixel_pitch);
    part.width = (uint16_t)(last - first);
    return part;
}

/*
 * Of an input whose pixel x belongs to pixel x of the output: the pixels from x on, up
 * to `*end` or the end of a column, which `*end` is then. An input of one pixel serves
 * all.
 */
static inline tinyts_tensor tinyts_tiles_part(const tinyts_tiles *tiles, int32_t x,
                                              int32_t *end) {
    if (tinyts_tiles_width(tiles) == 1) {
        return tiles->columns[0];
    }
    const int32_t column = tinyts_tiles_find(tiles, x, 0);
    const int32_t start = tiles->borders[column];
    if (*end > tiles->borders[column + 1]) {
        *end = tiles->borders[column + 1];
    }
    return tinyts_cropped(&tiles->columns[column], x - start, *end - start);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TILES_H */
