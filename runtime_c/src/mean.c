/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_mean.h"

#include "tinyts_sum.h"

void tinyts_mean(const tinyts_mean_layer *layer, tinyts_memory memory, int32_t first,
                 int32_t last) {
    /* Copies: the compiler knows that no store to the output changes them. */
    const tinyts_tensor input = *layer->input;
    const tinyts_tensor output = *layer->output;
    const int32_t height = layer->reduce_rows ? input.height : 1;
    const int32_t width = layer->reduce_columns ? input.width : 1;
    const int32_t depth = layer->reduce_channels ? input.channels : 1;
    const int32_t kept_columns = layer->reduce_columns ? 1 : input.width;
    const int32_t kept_channels = layer->reduce_channels ? 1 : input.channels;
    const uint32_t offset =
        (uint32_t)(height * width * depth) * (uint32_t)layer->input_offset;
    /* The kept index of the next output element, row-major. */
    const int32_t start = first * output.width * output.channels;
    int32_t c = start % kept_channels;
    int32_t x = start / kept_channels % kept_columns;
    int32_t y = start / kept_channels / kept_columns;
    for (int32_t out_y = first; out_y < last; ++out_y) {
        int8_t *const row = tinyts_row(&output, memory, out_y);
        for (int32_t out_x = 0; out_x < output.width; ++out_x) {
            int8_t *const out = row + out_x * output.pixel_pitch;
            int32_t channel = 0;
            while (channel < output.channels) {
                const tinyts_area part = {{y, y + height}, {x, x + width}};
                int32_t count = 1;
                if (depth == 1 && channel + 4 <= output.channels &&
                    c + 4 <= kept_channels) {
                    uint32_t sums[4];
                    count = 4;
                    tinyts_sum_4(&input, memory, &part, c, sums);
                    for (int32_t i = 0; i < 4; ++i) {
                        out[channel + i] = tinyts_mean_output(
                            sums[i], offset, layer->quant, layer->output_offset);
                    }
                } else {
                    const uint32_t sum = tinyts_sum(&input, memory, &part, c, depth);
                    out[channel] = tinyts_mean_output(sum, offset, layer->quant,
                                                      layer->output_offset);
                }
                channel += count;
                c += count;
                if (c == kept_channels) {
                    c = 0;
                    ++x;
                }
                if (x == kept_columns) {
                    x = 0;
                    ++y;
                }
            }
        }
    }
}
