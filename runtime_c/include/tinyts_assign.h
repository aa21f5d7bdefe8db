/*
 * ASSIGN_VARIABLE: rows copied into a variable, from a tensor or from the middle of one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ASSIGN_H
#define TINYTS_ASSIGN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [>= first_row + height, width, channels] */
    const tinyts_tensor *output; /* the variable, [height, width, channels] */
    int32_t first_row;           /* the input's row that becomes row 0, >= 0 */
} tinyts_assign_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height): row y
 * is row y + first_row of the input.
 *
 * In place: when a value is written, it has been read. After that only later ones are
 * read.
 */
void tinyts_assign(const tinyts_assign_layer *layer, tinyts_memory memory, int32_t first,
                   int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ASSIGN_H */
