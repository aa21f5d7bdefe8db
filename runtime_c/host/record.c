/*
 * Appends recorded slices to the stream that the harness opened.
 *
 * A record is five int32 (layer, first row, last row, bytes a row, byte of the layer's
 * row at which they begin), then the rows without gaps between pixels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record.h"

#include <stdlib.h>

#include "tinyts_record.h"

FILE *tinyts_record_stream;

static void put(const void *data, size_t size) {
    if (fwrite(data, 1, size, tinyts_record_stream) != size) {
        perror("record");
        exit(2);
    }
}

static void record(const tinyts_tensor *tensor, tinyts_memory memory, int32_t layer,
                   int32_t first, int32_t last, int32_t x) {
    const int32_t channels = tensor->channels;
    const int32_t header[5] = {layer, first, last, tensor->width * channels,
                               x * channels};
    put(header, sizeof header);
    for (int32_t y = first; y < last; y++) {
        const int8_t *row = tinyts_row(tensor, memory, y);
        for (int32_t i = 0; i < tensor->width; i++) {
            put(row + i * tensor->pixel_pitch, tensor->channels);
        }
    }
}

void tinyts_record(const tinyts_tensor *tensor, tinyts_memory memory, int32_t layer,
                   int32_t first, int32_t last) {
    record(tensor, memory, layer, first, last, 0);
}

void tinyts_record_tiles(const tinyts_tiles *tiles, tinyts_memory memory, int32_t layer,
                         int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(tiles, first, last);
    record(call.output, memory, layer, call.first, call.last, call.x);
}
