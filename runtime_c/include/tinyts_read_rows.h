/*
 * Rows of the network's input, given by the caller when they are needed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_READ_ROWS_H
#define TINYTS_READ_ROWS_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The caller's function: writes rows first_row..first_row+rows-1, without gaps, to
 * `destination`. Returns 0, or an error.
 */
typedef int (*tinyts_row_reader)(void *context, int32_t first_row, int32_t rows,
                                 int8_t *destination);

/*
 * Read rows first..last-1 of an input (0 <= first <= last <= its height); rows that lie
 * one behind the other by one call of `read`. Returns 0, or the error of `read`, which
 * is then called no more.
 */
int tinyts_read_rows(const tinyts_tensor *input, tinyts_memory memory, int32_t first,
                     int32_t last, tinyts_row_reader read, void *context);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_READ_ROWS_H */
