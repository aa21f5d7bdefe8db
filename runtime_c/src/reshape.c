/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_reshape.h"

#include <string.h>

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
    at->byte += count;
    if (at->byte == tensor->width * tensor->channels) {
        at->byte = 0;
        ++at->y;
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
    while (to.y < last) {
        int32_t count;
        int32_t room;
        const int8_t *const in = locate(input, memory, from, &count);
        int8_t *const out = locate(output, memory, to, &room);
        if (count > room) {
            count = room;
        }
        memmove(out, in, (size_t)count);
        advance(&from, input, count);
        advance(&to, output, count);
    }
}
