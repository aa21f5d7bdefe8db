/*
 * Pixels copied and filled: a run of pixels that lie without gaps is one block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_COPY_H
#define TINYTS_COPY_H

#include <string.h>

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copy `pixels` pixels of `channels` bytes between places of any pixel pitch. They
 * ascend: when one is written it has been read, and only later ones are read then.
 */
static inline void tinyts_copy_pixels(int8_t *to, int32_t to_pitch, const int8_t *from,
                                      int32_t from_pitch, int32_t pixels,
                                      int32_t channels) {
    if (to_pitch == channels && from_pitch == channels) {
        memmove(to, from, (size_t)pixels * (size_t)channels);
        return;
    }
    for (int32_t x = 0; x < pixels; ++x) {
        memmove(to + x * to_pitch, from + x * from_pitch, (size_t)channels);
    }
}

/* Set `channels` bytes of each of `pixels` pixels. */
static inline void tinyts_fill_pixels(int8_t *to, int32_t to_pitch, int32_t pixels,
                                      int32_t channels, int32_t value) {
    if (to_pitch == channels) {
        memset(to, value, (size_t)pixels * (size_t)channels);
        return;
    }
    for (int32_t x = 0; x < pixels; ++x) {
        memset(to + x * to_pitch, value, (size_t)channels);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_COPY_H */
