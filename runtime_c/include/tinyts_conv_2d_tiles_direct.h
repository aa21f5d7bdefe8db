/*
 * CONV_2D from a packed stream on tensors that are cut into tiles, without scratch. See
 * tinyts_conv_2d_tiles.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CONV_2D_TILES_DIRECT_H
#define TINYTS_CONV_2D_TILES_DIRECT_H

#include "tinyts_packed_conv.h"
#include "tinyts_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tiles *input;
    const tinyts_tiles *output;
    const int32_t *stream; /* the rest as in tinyts_packed_conv; windows are gathered
                            * only where the input has one column */
    const int8_t *zeros;
    tinyts_panel_kernel *panel;
    tinyts_tile kernel; /* at most TINYTS_MAX_RUNS taps where the input has several
                         * columns and the kernel more than one */
    tinyts_conv_params params;
    int32_t shift;
    int32_t gathered;
} tinyts_conv_2d_tiles_direct_layer;

/*
 * As tinyts_conv_2d_tiles, also in place. Windows that lie in one column of the input
 * are eaten by kernel rows, others tap by tap, where they lie.
 */
void tinyts_conv_2d_tiles_direct(const tinyts_conv_2d_tiles_direct_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CONV_2D_TILES_DIRECT_H */
