/*
 * QUANTIZE between int8 and uint8 of one scale whose zero points differ by 128.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FLIP_SIGN_H
#define TINYTS_FLIP_SIGN_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* of the input's shape */
} tinyts_flip_sign_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height): the
 * highest bit of every byte changes.
 *
 * In place: a value is read, and read for the last time, before its result is written;
 * values ascend.
 */
void tinyts_flip_sign(const tinyts_flip_sign_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FLIP_SIGN_H */
