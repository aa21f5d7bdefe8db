/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_arg_max.h"

#include "tinyts_elements.h"

/* The first place of the greatest of `count` values that lie `step` bytes apart. */
static int32_t greatest(const int8_t *values, int32_t count, int32_t step) {
    int32_t place = 0;
    int32_t best = values[0];
    for (int32_t i = 1; i < count; ++i) {
        const int32_t value = values[i * step];
        if (value > best) {
            best = value;
            place = i;
        }
    }
    return place;
}

static int32_t least(const int8_t *values, int32_t count, int32_t step) {
    int32_t place = 0;
    int32_t best = values[0];
    for (int32_t i = 1; i < count; ++i) {
        const int32_t value = values[i * step];
        if (value < best) {
            best = value;
            place = i;
        }
    }
    return place;
}

void tinyts_arg_max(const tinyts_arg_max_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last) {
    const tinyts_arg_max_layer op = *layer;
    const tinyts_tensor input = *op.input;
    const tinyts_tensor output = *op.output;
    const int32_t searches = op.along_columns ? input.channels : input.width;
    const int32_t to_next = op.along_columns ? 1 : input.pixel_pitch;
    const int32_t count = op.along_columns ? input.width : input.channels;
    const int32_t step = op.along_columns ? input.pixel_pitch : 1;
    for (int32_t y = first; y < last; ++y) {
        const int8_t *in = tinyts_row(&input, memory, y);
        int8_t *const row = tinyts_row(&output, memory, y);
        for (int32_t i = 0; i < searches; ++i) {
            int8_t *const out = op.along_columns ? row + 4 * i
                                                 : row + i * output.pixel_pitch;
            const int32_t place =
                op.least ? least(in, count, step) : greatest(in, count, step);
            tinyts_store(out, 0, place, TINYTS_INT32);
            in += to_next;
        }
    }
}
