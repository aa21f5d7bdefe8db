/*
 * Pixels copied and filled: a run of pixels that lie without gaps is one block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_COPY_H
#define TINYTS_COPY_H

#include "tinyts.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copy `count` bytes that may lie over each other in any way. Words need no alignment.
 * Loops stay as they stand: what the compiler would make of them takes longer to begin.
 */
TINYTS_APART void tinyts_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
    if ((uintptr_t)to - (uintptr_t)from - 1 < (uintptr_t)count - 1) {
        /* Upwards by less than their number: from the last one on. */
        while (count > 0) {
            --count;
            to[count] = from[count];
            TINYTS_OPAQUE(from);
        }
    }
    for (; count >= 16; count -= 16) {
        for (int32_t i = 0; i < 16; i += 4) {
            tinyts_store_4(to + i, tinyts_load_4(from + i));
        }
        to += 16;
        from += 16;
        TINYTS_OPAQUE(from);
    }
    for (; count >= 4; count -= 4) {
        TINYTS_OPAQUE(from);
        tinyts_store_4(to, tinyts_load_4(from));
        to += 4;
        from += 4;
    }
    for (; count > 0; --count) {
        TINYTS_OPAQUE(from);
        *to++ = *from++;
    }
}

/* Set `count` bytes. */
TINYTS_APART void tinyts_fill_bytes(int8_t *to, int32_t count, int32_t value) {
    const int32_t word = tinyts_splat_4(value);
    for (; count >= 16; count -= 16) {
        for (int32_t i = 0; i < 16; i += 4) {
            tinyts_store_4(to + i, word);
        }
        to += 16;
        TINYTS_OPAQUE(to);
    }
    for (; count >= 4; count -= 4) {
        TINYTS_OPAQUE(to);
        tinyts_store_4(to, word);
        to += 4;
    }
    for (; count > 0; --count) {
        TINYTS_OPAQUE(to);
        *to++ = (int8_t)value;
    }
}

/* Whether a tensor's rows follow each other as its bytes do, without gaps. */
static inline int tinyts_is_block(const tinyts_tensor *tensor) {
    const uint32_t bytes = (uint32_t)tensor->width * tensor->channels;
    return tensor->layout == TINYTS_ROWS_PITCH && tensor->row_pitch == bytes &&
           tensor->pixel_pitch == tensor->channels;
}

/*
 * Copy `pixels` pixels of `channels` bytes between places of any pixel pitch. They
 * ascend: when one is written it has been read, and only later ones are read then.
 */
static inline void tinyts_copy_pixels(int8_t *to, int32_t to_pitch, const int8_t *from,
                                      int32_t from_pitch, int32_t pixels,
                                      int32_t channels) {
    if (to_pitch == channels && from_pitch == channels) {
        tinyts_copy_bytes(to, from, pixels * channels);
        return;
    }
    for (int32_t x = 0; x < pixels; ++x) {
        tinyts_copy_bytes(to + x * to_pitch, from + x * from_pitch, channels);
    }
}

/* Set `channels` bytes of each of `pixels` pixels. */
static inline void tinyts_fill_pixels(int8_t *to, int32_t to_pitch, int32_t pixels,
                                      int32_t channels, int32_t value) {
    if (to_pitch == channels) {
        tinyts_fill_bytes(to, pixels * channels, value);
        return;
    }
    for (int32_t x = 0; x < pixels; ++x) {
        tinyts_fill_bytes(to + x * to_pitch, channels, value);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_COPY_H */
