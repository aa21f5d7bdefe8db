/*
 * The channels of each pixel in another order, int8: channel shuffle, GATHER of channels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_GATHER_CHANNELS_H
#define TINYTS_GATHER_CHANNELS_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output; /* same height and width */
    const int32_t *channels;     /* for each of the output that of the input */
} tinyts_gather_channels_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height):
 * each channel of a pixel is copied from the input's pixel.
 *
 * In place: not at all.
 */
void tinyts_gather_channels(const tinyts_gather_channels_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_GATHER_CHANNELS_H */
