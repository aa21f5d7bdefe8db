/*
 * FULLY_CONNECTED from a packed stream, int8. See tinyts_fully_connected.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FULLY_CONNECTED_PACKED_H
#define TINYTS_FULLY_CONNECTED_PACKED_H

#include "tinyts_packed_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* one vector: rows without gaps, of 4 values at least,
                                  * at most TINYTS_MAX_RUNS pieces; or a vector a pixel */
    const tinyts_tensor *output; /* [1, 1, Cout], or as many pixels as the input */
    const int32_t *stream;       /* see tinyts_panel.h */
    tinyts_panel_kernel *panel;
    int32_t shift;               /* of the form relu */
    int32_t pieces;              /* of equal length of each row, eaten as runs; more than
                                  * one only of multiples of 4 values */
    tinyts_fc_params params;
} tinyts_fully_connected_packed_layer;

/* As tinyts_fully_connected. */
void tinyts_fully_connected_packed(const tinyts_fully_connected_packed_layer *layer,
                                   tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FULLY_CONNECTED_PACKED_H */
