/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_reshape.h"

#include "tinyts_copy.h"

/* A byte of a tensor, counted in row-major order. */
typedef struct {
    int32_t y;
    int32_t byte; /* of the row, counted without gaps: x * channels + c */
} position;

/* Its address, and how many bytes follow without a gap, itself included. */
static inline int8_t *locate(const tinyts_tensor *tensor, tinyts_memory memory,
                             position at, int32_t *length) {
    const int32_t channels = tensor->channels;
    int8_t *const row = tinyts_row(tensor, memory, at.y);
    if (tinyts_is_block(tensor)) {
        *length = (tensor->height - at.y) * tensor->width * channels - at.byte;
        return row + at.byte;
    }
    if (tensor->pixel_pitch == channels) {
        *length = tensor->width * channels - at.byte;
        return row + at.byte;
    }
    const int32_t x = at.byte / channels;
    const int32_t channel = at.byte - x * channels;
    *length = channels - channel;
    return row + x * tensor->pixel_pitch + channel;
}

static inline void advance(position *at, const tinyts_tensor *tensor, int32_t count) {
    const int32_t row = tensor->width * tensor->channels;
    at->byte += count;
    if (at->byte >= row) {
        at->y += at->byte / row;
        at->byte %= row;
    }
}

void tinyts_reshape(const tinyts_reshape_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t in_row = input->width * input->channels;
    const int32_t start = first * output->width * output->channels;
    position from = {start / in_row, start % in_row};
    position to = {first, 0};
    int32_t left = (last - first) * output->width * output->channels;
    while (left > 0) {
        int32_t count;
        int32_t room;
        const int8_t *const in = locate(input, memory, from, &count);
        int8_t *const out = locate(output, memory, to, &room);
        if (count > room) {
            count = room;
        }
        if (count > left) {
            count = left;
        }
        tinyts_copy_bytes(out, in, count);
        left -= count;
        advance(&from, input, count);
        advance(&to, output, count);
    }
}
