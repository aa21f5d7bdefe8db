/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_rows.h"

#include "tinyts_conv_2d_row.h"
#include "tinyts_copy.h"
#include "tinyts_depthwise_row.h"

/* Rows of the middle that an output row needs: first..last-1. */
typedef struct {
    int32_t first;
    int32_t kept_end; /* first..kept_end-1 were kept, the others are new */
    int32_t last;
} needed;

static inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

static needed look(const tinyts_fused_rows_layer *layer, int32_t y) {
    const tinyts_conv_stage *const consumer = &layer->consumer;
    const int32_t height = layer->middle->height;
    const int32_t extent = (consumer->kernel.h - 1) * consumer->params.dilation.h + 1;
    const int32_t origin = tinyts_depthwise_origin(consumer, y);
    const tinyts_taps rows = tinyts_clipped(origin, extent, height);
    needed window = {rows.first, rows.first, rows.last};
    if (y > layer->first_row) {
        const tinyts_taps before =
            tinyts_clipped(origin - consumer->params.stride.h, extent, height);
        const int32_t end = smaller(before.last, origin + layer->keep);
        window.kept_end = larger(rows.first, smaller(end, rows.last));
    }
    return window;
}

/* Channels first..last-1 of row y of the middle, `group` bytes from pixel to pixel. */
static void produce(const tinyts_fused_rows_layer *layer, tinyts_memory memory,
                    int32_t y, int32_t first, int32_t last, int8_t *out) {
    const tinyts_tensor input = *layer->input;
    const tinyts_conv_stage stage = layer->producer;
    const int32_t width = layer->middle->width;
    if (stage.ch_mult == 0) {
        tinyts_conv_2d_row(&stage, &input, memory, y, width, first, last, out,
                           layer->group);
    } else {
        const tinyts_depthwise_input whole = tinyts_depthwise_whole(&input, memory);
        tinyts_depthwise_row(&stage, &whole, y, width, layer->middle->channels, first,
                             last, out, layer->group);
    }
}

/* Row y of the output, of channels first..last-1 of the middle. */
static void consume(const tinyts_fused_rows_layer *layer,
                    const tinyts_depthwise_input *middle, int32_t y, int32_t first,
                    int32_t last) {
    const tinyts_tensor output = *layer->output;
    const tinyts_conv_stage stage = layer->consumer;
    int8_t *const row = tinyts_row(&output, middle->memory, y);
    first *= stage.ch_mult;
    last *= stage.ch_mult;
    tinyts_depthwise_row(&stage, middle, y, output.width, output.channels, first, last,
                         row + first, output.pixel_pitch);
}

void tinyts_fused_rows(const tinyts_fused_rows_layer *layer, tinyts_memory memory,
                       int32_t first, int32_t last) {
    const tinyts_tensor middle = *layer->middle;
    const int32_t pitch = middle.width * layer->group;
    int8_t *const scratch = tinyts_row(layer->scratch, memory, first);
    needed now = look(layer, first);
    for (int32_t y = first; y < last; ++y) {
        const needed none = {0, 0, 0};
        const needed next = y + 1 < layer->last_row ? look(layer, y + 1) : none;
        const int32_t stored = larger(now.kept_end, next.first);
        for (int32_t c = 0; c < middle.channels; c += layer->group) {
            const int32_t end = smaller(c + layer->group, middle.channels);
            const tinyts_depthwise_input rows = {&middle, memory,       now.kept_end,
                                                 scratch, layer->group, c};
            for (int32_t i = now.kept_end; i < now.last; ++i) {
                produce(layer, memory, i, c, end, scratch + (i - now.kept_end) * pitch);
            }
            consume(layer, &rows, y, c, end);
            for (int32_t i = stored; i < next.kept_end; ++i) {
                tinyts_copy_pixels(tinyts_row(&middle, memory, i) + c,
                                   middle.pixel_pitch,
                                   scratch + (i - now.kept_end) * pitch, layer->group,
                                   middle.width, end - c);
            }
        }
        now = next;
    }
}
