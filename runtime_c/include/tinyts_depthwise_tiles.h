/*
 * Pixels of a DEPTHWISE_CONV_2D whose input is cut into tiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_TILES_H
#define TINYTS_DEPTHWISE_TILES_H

#include "tinyts_depthwise_row.h"
#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The columns first..last-1 of the input that a window sees, which begins at (y, x). */
typedef struct {
    const tinyts_tiles *input;
    tinyts_memory memory;
    int32_t first;
    int32_t last;
    tinyts_taps rows;
    int32_t y;
    int32_t x;
} tinyts_depthwise_span;

/* The windows of output row y; columns are those of a pixel left of all. */
static inline tinyts_depthwise_span
tinyts_depthwise_span_row(const tinyts_conv_stage *stage, const tinyts_tiles *input,
                          tinyts_memory memory, int32_t y) {
    const int32_t in_y = tinyts_depthwise_origin(stage, y);
    const tinyts_taps rows = tinyts_depthwise_rows(stage, &input->columns[0], in_y);
    const tinyts_depthwise_span span = {input, memory, 0, 0, rows, in_y, 0};
    return span;
}

/* Moves the window to output pixel x of the whole tensor, right of where it was. */
static inline void tinyts_depthwise_span_move(const tinyts_conv_stage *stage,
                                              tinyts_depthwise_span *span, int32_t x) {
    const int32_t extent = (stage->kernel.w - 1) * stage->params.dilation.w + 1;
    span->x = x * stage->params.stride.w - stage->params.padding.w;
    span->first = tinyts_tiles_find(span->input, span->x, span->first);
    span->last = tinyts_tiles_end(span->input, span->x + extent, span->first);
}

static inline tinyts_depthwise_window
tinyts_depthwise_span_look(const tinyts_conv_stage *stage,
                           const tinyts_depthwise_span *span, int32_t column) {
    return tinyts_depthwise_look(stage, &span->input->columns[column], span->rows,
                                 span->y, span->x - span->input->borders[column]);
}

/* All `channels` channels of an output pixel. */
TINYTS_APART void tinyts_depthwise_tiles_pixel(const tinyts_conv_stage *stage,
                                               const tinyts_depthwise_span *span,
                                               int32_t channels, int8_t *out) {
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        uint32_t sums[4] = {0, 0, 0, 0};
        for (int32_t column = span->first; column < span->last; ++column) {
            const tinyts_depthwise_window window =
                tinyts_depthwise_span_look(stage, span, column);
            const tinyts_depthwise_input input =
                tinyts_depthwise_whole(&span->input->columns[column], span->memory);
            uint32_t part[4];
            tinyts_depthwise_sum_4(stage, &input, &window, channels, channel, part);
            for (int32_t i = 0; i < 4; ++i) {
                sums[i] += part[i];
            }
        }
        for (int32_t i = 0; i < 4; ++i) {
            out[channel + i] = tinyts_conv_output(stage, sums[i], channel + i);
        }
    }
    for (; channel < channels; ++channel) {
        uint32_t sum = 0;
        for (int32_t column = span->first; column < span->last; ++column) {
            const tinyts_depthwise_window window =
                tinyts_depthwise_span_look(stage, span, column);
            const tinyts_depthwise_input input =
                tinyts_depthwise_whole(&span->input->columns[column], span->memory);
            sum += tinyts_depthwise_sum_1(stage, &input, &window, channels, channel);
        }
        out[channel] = tinyts_conv_output(stage, sum, channel);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_TILES_H */
