/*
 * A function of one int8 variable, as a table: RELU, LOGISTIC, TANH, HARD_SWISH, ...
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_TABLE_H
#define TINYTS_TABLE_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* same shape */
    const int8_t *values;        /* 256: of stored value q at q + 128 */
} tinyts_table_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height):
 * each value is the entry of the input's value.
 *
 * In place: when a value of the output is written, that of the input has been read for
 * the last time. After that only later ones are read.
 */
void tinyts_table(const tinyts_table_layer *layer, tinyts_memory memory, int32_t first,
                  int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_TABLE_H */
