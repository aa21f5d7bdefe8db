/*
 * Where the taps of a window lie in a tensor that is cut into tiles: a table of
 * pointers, so that a kernel reads windows of several tiles without copying them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TILES_TAPS_H
#define TINYTS_TILES_TAPS_H

#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The taps of a window. */
typedef struct {
    const tinyts_tiles *input;
    tinyts_memory memory;
    const int8_t *zeros; /* a pixel: stands for taps outside the input */
    tinyts_tile kernel;
    tinyts_tile dilation;
} tinyts_tiles_window;

/*
 * The pixels of a window that begins at (y, x), row by row, as kernel.h * kernel.w
 * pointers; `column` is one of the input at or left of pixel x.
 */
TINYTS_APART void tinyts_tiles_taps(const tinyts_tiles_window *window, int32_t y,
                                    int32_t x, int32_t column, const int8_t **taps) {
    const tinyts_tiles *const input = window->input;
    const int32_t width = tinyts_tiles_width(input);
    const int32_t height = input->columns[0].height;
    const int32_t pitch = input->columns[0].pixel_pitch;
    for (int32_t ky = 0; ky < window->kernel.h; ++ky, y += window->dilation.h) {
        const int32_t exists = 0 <= y && y < height;
        int32_t at = column;
        int32_t start = 0; /* of pixels start..end-1 `row` is known */
        int32_t end = x;
        const int8_t *row = window->zeros;
        int32_t i = x;
        for (int32_t kx = 0; kx < window->kernel.w; ++kx, i += window->dilation.w) {
            if (!exists || i < 0 || i >= width) {
                *taps++ = window->zeros;
                continue;
            }
            if (i >= end) {
                at = tinyts_tiles_find(input, i, at);
                start = input->borders[at];
                end = input->borders[at + 1];
                row = tinyts_row(&input->columns[at], window->memory, y);
            }
            *taps++ = row + (i - start) * pitch;
        }
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TILES_TAPS_H */
