/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_read_rows.h"

int tinyts_read_rows(const tinyts_tensor *input, tinyts_memory memory, int32_t first,
                     int32_t last, tinyts_row_reader read, void *context) {
    const int32_t row_bytes = input->width * input->channels;
    while (first < last) {
        int8_t *const destination = tinyts_row(input, memory, first);
        int32_t rows = 1;
        while (first + rows < last &&
               tinyts_row(input, memory, first + rows) == destination + rows * row_bytes) {
            ++rows;
        }
        const int status = read(context, first, rows, destination);
        if (status != 0) {
            return status;
        }
        first += rows;
    }
    return 0;
}
