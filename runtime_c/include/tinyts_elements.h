/*
 * Values of a network's inputs and outputs that are not int8: in a tensor of bytes each
 * takes several "channels". Loads and stores are byte by byte for the compiler, so that
 * no alignment is needed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ELEMENTS_H
#define TINYTS_ELEMENTS_H

#include <string.h>

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types of quantized values; a field of a layer holds one. */
typedef enum {
    TINYTS_INT8 = 0,
    TINYTS_UINT8 = 1,
    TINYTS_INT16 = 2,
    TINYTS_INT32 = 3
} tinyts_element_type;

/* Bytes of a value. */
static inline int32_t tinyts_element_size(int32_t type) {
    return type == TINYTS_INT32 ? 4 : type == TINYTS_INT16 ? 2 : 1;
}

/* Value i at `from`. */
static inline int32_t tinyts_load(const int8_t *from, int32_t i, int32_t type) {
    if (type == TINYTS_INT16) {
        int16_t value;
        memcpy(&value, from + 2 * i, sizeof value);
        return value;
    }
    if (type == TINYTS_INT32) {
        int32_t value;
        memcpy(&value, from + 4 * i, sizeof value);
        return value;
    }
    return type == TINYTS_UINT8 ? (uint8_t)from[i] : from[i];
}

/* Stores value i, which lies in the range of the type. */
static inline void tinyts_store(int8_t *to, int32_t i, int32_t value, int32_t type) {
    if (type == TINYTS_INT16) {
        const int16_t narrow = (int16_t)value;
        memcpy(to + 2 * i, &narrow, sizeof narrow);
        return;
    }
    if (type == TINYTS_INT32) {
        memcpy(to + 4 * i, &value, sizeof value);
        return;
    }
    to[i] = (int8_t)value;
}

/* Value i of floats at `from`. */
static inline float tinyts_load_float(const int8_t *from, int32_t i) {
    float value;
    memcpy(&value, from + 4 * i, sizeof value);
    return value;
}

static inline void tinyts_store_float(int8_t *to, int32_t i, float value) {
    memcpy(to + 4 * i, &value, sizeof value);
}

/* The float of which a layer holds the bits. */
static inline float tinyts_float_of_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/*
 * How many pixels a row is walked in, and how many values each has: a row without gaps
 * in both tensors is one pixel.
 */
typedef struct {
    int32_t pixels;
    int32_t values;
} tinyts_run;

static inline tinyts_run tinyts_run_of(const tinyts_tensor *a, const tinyts_tensor *b,
                                       int32_t size_of_a) {
    const int32_t values = a->channels / size_of_a;
    tinyts_run run = {a->width, values};
    if (a->pixel_pitch == a->channels && b->pixel_pitch == b->channels) {
        run.pixels = 1;
        run.values = a->width * values;
    }
    return run;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ELEMENTS_H */
