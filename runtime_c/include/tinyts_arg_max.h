/*
 * ARG_MAX and ARG_MIN, int8 to int32, over the channels of a pixel or over columns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ARG_MAX_H
#define TINYTS_ARG_MAX_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* four channels an index; one pixel a row where the
                                  * search is along columns, one index a pixel else */
    int32_t along_columns; /* 1: along the columns of a row, 0: along channels */
    int32_t least;         /* 1: of the least value, 0: of the greatest */
} tinyts_arg_max_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The output has the input's height. An index is 0..columns - 1 or 0..channels - 1; of
 * equal values it is the first one's, as TFLite Micro's reference ArgMinMax has it.
 */
void tinyts_arg_max(const tinyts_arg_max_layer *layer, tinyts_memory memory,
                    int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ARG_MAX_H */
