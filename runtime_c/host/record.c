/*
 * Appends recorded slices to the stream that the harness opened.
 *
 * A record is four int32 (layer, first row, last row, bytes a row), then the rows
 * without gaps between pixels.
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

void tinyts_record(const tinyts_tensor *tensor, tinyts_memory memory, int32_t layer,
                   int32_t first, int32_t last) {
    const int32_t row_bytes = tensor->width * tensor->channels;
    const int32_t header[4] = {layer, first, last, row_bytes};
    put(header, sizeof header);
    for (int32_t y = first; y < last; y++) {
        const int8_t *row = tinyts_row(tensor, memory, y);
        for (int32_t x = 0; x < tensor->width; x++) {
            put(row + x * tensor->pixel_pitch, tensor->channels);
        }
    }
}
