/*
 * FULLY_CONNECTED, int8, one scale for all output channels or one for each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FULLY_CONNECTED_H
#define TINYTS_FULLY_CONNECTED_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* `batches` vectors of K values */
    const tinyts_tensor *output; /* [1, batches, Cout] */
    const int8_t *weights;       /* [Cout][K] */
    const int32_t *bias;         /* [Cout], or NULL for zeros */
    tinyts_fc_params params;
    tinyts_per_channel_quant_params quant;
    int32_t per_channel; /* 1: quant holds Cout elements; 0: one that serves all */
} tinyts_fully_connected_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The batches are the pixels of the output in order. Each takes an equal share of the
 * input's pixels in order: all of them (K = height * width * channels, over all rows,
 * wherever they lie) if there is one batch, one pixel (K = channels) if there are as
 * many batches as pixels. Accumulates modulo 2^32.
 * Arithmetic as TFLite Micro's reference FullyConnected and FullyConnectedPerChannel,
 * both rounded twice.
 *
 * In place: the values of a batch are read until the last channel of the batch is
 * written. After that only the values of later batches are read.
 */
void tinyts_fully_connected(const tinyts_fully_connected_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FULLY_CONNECTED_H */
