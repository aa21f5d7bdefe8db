/*
 * Rows of a packed CONV_2D two pixels at a time, widened into scratch first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PAIRED_CONV_H
#define TINYTS_PAIRED_CONV_H

#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is left to do of the rows before. */
typedef struct {
    int8_t *out;  /* of a pixel that waits in scratch for its neighbour; or NULL */
    int32_t more; /* whether another row follows; without, no pixel is left waiting */
} tinyts_pending;

/*
 * As tinyts_packed_row with a panel of two pixels and four channels. `values` is
 * scratch, aligned to 4: of a window, each kernel row or the whole if gathered rounded
 * up to words of 4 values, 16 bytes a word.
 *
 * In place: when a pair of pixels is written, the windows of both have been read.
 */
void tinyts_paired_row(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                       tinyts_memory memory, int32_t y, int32_t width,
                       const int32_t *stream, int32_t channels, int8_t *out,
                       int32_t pitch, int32_t *values, tinyts_pending *pending);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PAIRED_CONV_H */
