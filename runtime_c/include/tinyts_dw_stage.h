/*
 * A DEPTHWISE_CONV_2D whose constants are a stream, and its rows.
 *
 * Stream of a channel, in words:
 *     scale       (m, c) in the form relu, (m, c, s) in the others, as in
 *                 tinyts_panel.h
 *     biases      one for each kind of output pixel (below): bias - input zero point *
 *                 sum of the weights of those taps that lie in the input
 *     weights     as the row function wants them
 * Weights and biases are scaled as the form says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_STAGE_H
#define TINYTS_DW_STAGE_H

#include "tinyts.h"
#include "tinyts_window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Largest kernel height. */
#define TINYTS_DW_MAX_ROWS 16

/*
 * The kernel rows that an output row sees: those from `first` to `last` - 1 lie in the
 * input, and only they have entries. Each begins at pixel 0, with the first channel
 * that the call computes.
 */
typedef struct {
    const int8_t *row[TINYTS_DW_MAX_ROWS];
    int32_t pitch; /* bytes from pixel to pixel, in all rows */
    int32_t y;     /* input row of kernel row 0 */
    int32_t first;
    int32_t last;
    int32_t kind; /* which of the kinds of output rows it is */
} tinyts_dw_rows;

typedef struct tinyts_dw_stage tinyts_dw_stage;

/*
 * Channels first..last-1 of the layer, of one output row; `out` is channel `first` of
 * pixel 0, `pitch` the bytes to the next pixel. `width` is that of the output.
 */
typedef void tinyts_dw_row(const tinyts_dw_stage *stage, const tinyts_dw_rows *rows,
                           int32_t width, int32_t first, int32_t last, int8_t *out,
                           int32_t pitch);

struct tinyts_dw_stage {
    tinyts_dw_row *row;
    const int32_t *stream;
    const int8_t *zeros;  /* the input's zero point, for every byte of a kernel row that
                           * lies outside it; NULL where the row function needs none */
    int32_t words;        /* of a channel of the stream */
    int32_t inputs;       /* columns of the input */
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;        /* of the form relu */
    int32_t ch_mult;
};

/* A row function that is no instance; see tinyts_dw_column.h. */
tinyts_dw_row tinyts_dw_column;

/*
 * The kind of output position `at` along an axis: those whose window begins before the
 * input are kinds 0, 1, ...; then comes the kind of all whose window lies inside; then
 * those whose window ends behind it. A window that does both counts as the first.
 */
static inline int32_t tinyts_dw_kind(int32_t at, int32_t extent, int32_t stride,
                                     int32_t padding, int32_t inputs) {
    const int32_t before = padding > 0 ? (padding + stride - 1) / stride : 0;
    const int32_t room = inputs - extent + padding; /* of the last window inside */
    int32_t behind = room < 0 ? 0 : room / stride + 1;
    behind = behind < before ? before : behind;
    if (at < before) {
        return at;
    }
    return at < behind ? before : before + 1 + at - behind;
}

/* What output row y sees of `height` input rows; the entries are to be filled in. */
static inline void tinyts_dw_look(const tinyts_dw_stage *stage, int32_t y,
                                  int32_t height, tinyts_dw_rows *rows) {
    const tinyts_conv_params *const params = &stage->params;
    const int32_t extent = (stage->kernel.h - 1) * params->dilation.h + 1;
    rows->y = y * params->stride.h - params->padding.h;
    const tinyts_taps taps = tinyts_taps_inside(rows->y, params->dilation.h,
                                                stage->kernel.h, height);
    rows->first = taps.first;
    rows->last = taps.last;
    rows->kind = tinyts_dw_kind(y, extent, params->stride.h, params->padding.h, height);
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_STAGE_H */
