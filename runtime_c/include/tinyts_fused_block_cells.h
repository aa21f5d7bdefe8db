/*
 * How the variants of tinyts_fused_block walk: cells of some output pixels, one after
 * the other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_BLOCK_CELLS_H
#define TINYTS_FUSED_BLOCK_CELLS_H

#include "tinyts_depthwise_pixel.h"
#include "tinyts_fused_block_pixels.h"
#include "tinyts_fused_block_steps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Channels whose sums are kept while the kernel's rows pass by. */
#define TINYTS_BLOCK_CHANNELS 16

/* `width` pixels of row y of a convolution, all channels, every `pitch` bytes. */
typedef void tinyts_block_convolve(const tinyts_packed_conv *conv,
                                   const tinyts_tensor *input, tinyts_memory memory,
                                   int32_t y, int32_t width, int32_t channels,
                                   int8_t *out, int32_t pitch, int32_t *values);

/* A row of the output while it is computed. */
typedef struct {
    const tinyts_fused_block_pixels_layer *layer;
    tinyts_block_middle middle;
    tinyts_packed_conv producer; /* its padding moves from call to call */
    tinyts_block_convolve *convolve;
    int8_t *pixels;
    int32_t *values;
} tinyts_block_cells;

/* Columns first..last-1 of row i of the middle, two at a time. */
static inline void tinyts_block_produce(tinyts_block_cells *cells, int32_t i,
                                        int32_t first, int32_t last) {
    const tinyts_block_middle *const middle = &cells->middle;
    const tinyts_packed_conv *const conv = &cells->layer->producer;
    const int32_t channels = middle->middle->channels;
    for (int32_t x = first; x < last; x += 2) {
        const int32_t count = x + 1 < last ? 2 : 1;
        int8_t *const out = tinyts_block_find(middle, i, x);
        int32_t pitch = channels;
        if (count == 2) {
            pitch = (int32_t)(tinyts_block_find(middle, i, x + 1) - out);
        }
        cells->producer.params.padding.w =
            conv->params.padding.w - x * conv->params.stride.w;
        cells->convolve(&cells->producer, cells->layer->input, middle->memory, i, count,
                        channels, out, pitch, cells->values);
    }
}

/* Where the taps of kernel rows ky..end-1 lie, in order; the next one lies in zeros. */
static inline int32_t tinyts_block_taps(const tinyts_block_depthwise *stage,
                                        const tinyts_block_middle *middle, int32_t in_y,
                                        int32_t in_x, int32_t ky, int32_t end,
                                        const int8_t **taps) {
    const tinyts_tensor *const tensor = middle->middle;
    int32_t count = 0;
    for (; ky < end; ++ky) {
        const int32_t i = in_y + ky * stage->params.dilation.h;
        const int32_t exists = 0 <= i && i < tensor->height;
        for (int32_t kx = 0; kx < stage->kernel.w; ++kx) {
            const int32_t x = in_x + kx * stage->params.dilation.w;
            const int32_t inside = exists && 0 <= x && x < tensor->width;
            taps[count++] = inside ? tinyts_block_find(middle, i, x) : stage->zeros;
        }
    }
    taps[count] = stage->zeros;
    return (count + 1) / 2;
}

/*
 * Channels first..last-1, at most TINYTS_BLOCK_CHANNELS and `first` a multiple of 4, of
 * a pixel with a large window: two kernel rows at a time.
 */
static inline void tinyts_block_large(const tinyts_depthwise_stream *stream,
                                      const tinyts_block_depthwise *stage,
                                      const tinyts_block_middle *middle, int32_t in_y,
                                      int32_t in_x, int32_t first, int32_t last,
                                      int8_t *out) {
    const int8_t *taps[TINYTS_MAX_TAPS + 1];
    int32_t sums[TINYTS_BLOCK_CHANNELS];
    const int32_t pairs = (stage->kernel.h * stage->kernel.w + 1) / 2;
    const int32_t words = tinyts_depthwise_words(stream, pairs);
    const int32_t *const begin = stream->stream + first / 4 * words;
    const int32_t groups = (last - first + 3) / 4;
    const int32_t lowest = last - 4; /* of the last four channels */
    for (int32_t i = 0; i < groups * 4; ++i) {
        sums[i] = begin[i / 4 * words + i % 4];
    }
    const int32_t *weights = begin + 4;
    for (int32_t ky = 0; ky < stage->kernel.h; ky += 2) {
        const int32_t end = tinyts_block_smaller(ky + 2, stage->kernel.h);
        const int32_t count =
            tinyts_block_taps(stage, middle, in_y, in_x, ky, end, taps);
        for (int32_t i = 0; i < groups; ++i) {
            const int32_t c = tinyts_block_smaller(first + 4 * i, lowest);
            tinyts_depthwise_add(weights + i * words, taps, count, c, sums + 4 * i);
        }
        weights += 4 * count;
    }
    for (int32_t i = 0; i < groups; ++i) {
        const int32_t c = tinyts_block_smaller(first + 4 * i, lowest);
        tinyts_depthwise_write(stream, weights + i * words, sums + 4 * i,
                               first + 4 * i - c, out + c);
    }
}

/* The depthwise convolution's pixel whose window begins at row in_y, column in_x. */
TINYTS_APART void tinyts_block_consume(const tinyts_block_depthwise *stage,
                                       const tinyts_block_middle *middle, int32_t in_y,
                                       int32_t in_x, int8_t *out) {
    const int8_t *taps[TINYTS_MAX_TAPS + 1];
    const tinyts_depthwise_stream stream = {stage->stream, stage->relu, stage->shift};
    const int32_t channels = middle->middle->channels;
    if (stage->kernel.h * stage->kernel.w < TINYTS_MAX_TAPS) {
        const int32_t pairs = tinyts_block_taps(stage, middle, in_y, in_x, 0,
                                                stage->kernel.h, taps);
        tinyts_depthwise_pixel(&stream, taps, pairs, channels, out);
        return;
    }
    for (int32_t c = 0; c < channels; c += TINYTS_BLOCK_CHANNELS) {
        const int32_t end = tinyts_block_smaller(c + TINYTS_BLOCK_CHANNELS, channels);
        tinyts_block_large(&stream, stage, middle, in_y, in_x, c, end, out);
    }
}

/* Row y of the output. */
static inline void tinyts_block_run_row(tinyts_block_cells *cells, int32_t y) {
    const tinyts_fused_block_pixels_layer *const layer = cells->layer;
    const tinyts_block_depthwise *const consumer = &layer->consumer;
    const tinyts_tensor *const output = layer->output;
    const tinyts_block_middle *const middle = &cells->middle;
    const int32_t stride = consumer->params.stride.w;
    const int32_t channels = middle->middle->channels;
    const int32_t extent = (consumer->kernel.w - 1) * consumer->params.dilation.w + 1;
    const int32_t in_y =
        y * consumer->params.stride.h - consumer->params.padding.h;
    const tinyts_tensor between = {NULL,
                                   0,
                                   0,
                                   (uint16_t)channels,
                                   0,
                                   TINYTS_ROWS_PITCH,
                                   1,
                                   (uint16_t)layer->pixels,
                                   (uint16_t)channels};
    int8_t *const place[] = {cells->pixels};
    int8_t *out = tinyts_row(output, middle->memory, y);
    int32_t first = 0; /* columns before are read no more */
    int32_t last = 0;  /* columns before are computed */
    for (int32_t x = 0; x < output->width; x += layer->pixels) {
        const int32_t count = tinyts_block_smaller(layer->pixels, output->width - x);
        const int32_t in_x = x * stride - consumer->params.padding.w;
        const int32_t taps = extent + (count - 1) * stride;
        const tinyts_taps window = tinyts_clipped(in_x, taps, middle->middle->width);
        tinyts_block_put(middle, first, tinyts_block_smaller(window.first, last));
        first = window.first;
        last = tinyts_block_larger(first, last);
        for (int32_t i = middle->rows.kept_end; i < middle->rows.last; ++i) {
            tinyts_block_produce(cells, i, last, window.last);
        }
        last = tinyts_block_larger(last, window.last);
        for (int32_t k = 0; k < count; ++k) {
            tinyts_block_consume(consumer, middle, in_y, in_x + k * stride,
                                 cells->pixels + k * channels);
        }
        cells->convolve(&layer->project, &between, place, 0, count, output->channels,
                        out, output->pixel_pitch, cells->values);
        out += count * output->pixel_pitch;
    }
    tinyts_block_put(middle, first, last);
}

/* Rows of the middle for row y of the output; apart, so that its stack is free then. */
TINYTS_APART tinyts_block_row
tinyts_block_rows_of(const tinyts_fused_block_pixels_layer *layer, int32_t y) {
    const tinyts_conv_params *const params = &layer->consumer.params;
    const tinyts_block_rows rows = {
        (layer->consumer.kernel.h - 1) * params->dilation.h + 1,
        params->stride.h,
        params->padding.h,
        layer->middle->height,
        layer->keep,
        layer->first_row,
        layer->last_row};
    return tinyts_block_look(&rows, y);
}

/* Rows first..last-1 of the output. */
static inline void tinyts_block_run(const tinyts_fused_block_pixels_layer *layer,
                                    tinyts_memory memory, int32_t first, int32_t last,
                                    tinyts_block_convolve *convolve) {
    const tinyts_tensor *const middle = layer->middle;
    const tinyts_conv_params *const params = &layer->consumer.params;
    const tinyts_tile kernel = layer->consumer.kernel;
    const int32_t columns = (kernel.w - 1) * params->dilation.w + 1 +
                            (layer->pixels - 1) * params->stride.w;
    int8_t *const scratch = tinyts_row(layer->scratch, memory, first);
    tinyts_block_cells cells = {
        layer,
        {middle, memory, {0, 0, 0, 0, 0, 0}, scratch + layer->pixels * middle->channels,
         tinyts_block_smaller(columns, middle->width)},
        layer->producer,
        convolve,
        scratch,
        (int32_t *)(void *)(scratch + layer->values_first)};
    for (int32_t y = first; y < last; ++y) {
        cells.middle.rows = tinyts_block_rows_of(layer, y);
        tinyts_block_run_row(&cells, y);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_BLOCK_CELLS_H */
