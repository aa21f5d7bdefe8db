/*
 * Broadcasting of elementwise operators.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_BROADCAST_H
#define TINYTS_BROADCAST_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How an input moves while the output moves by one; 0 along a broadcast dimension. */
typedef struct {
    int32_t row;     /* rows */
    int32_t pixel;   /* bytes */
    int32_t channel; /* bytes */
} tinyts_steps;

/* A row of the output: `pixels` times `values` values. */
typedef struct {
    int32_t pixels;
    int32_t values;
} tinyts_extent;

/*
 * Steps of an input whose every dimension is 1 or that of the output; but it may have
 * more rows, where nothing needs the last rows of the output.
 */
static inline tinyts_steps tinyts_broadcast(const tinyts_tensor *input,
                                            const tinyts_tensor *output) {
    const tinyts_steps steps = {
        input->height != 1,
        input->width == output->width ? input->pixel_pitch : 0,
        input->channels == output->channels,
    };
    return steps;
}

/* A row as one run of values where nothing hinders it, otherwise pixel by pixel. */
static inline tinyts_extent tinyts_merge(const tinyts_tensor *output, tinyts_steps a,
                                         tinyts_steps b) {
    const int32_t channels = output->channels;
    tinyts_extent extent = {output->width, channels};
    if (output->pixel_pitch == channels && a.channel == 1 && b.channel == 1 &&
        a.pixel == channels && b.pixel == channels) {
        extent.pixels = 1;
        extent.values *= output->width;
    }
    return extent;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_BROADCAST_H */
