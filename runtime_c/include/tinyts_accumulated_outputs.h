/*
 * The outputs of a FULLY_CONNECTED from the sums of its products.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_ACCUMULATED_OUTPUTS_H
#define TINYTS_ACCUMULATED_OUTPUTS_H

#include "tinyts_accumulator.h"
#include "tinyts_requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * bias: [channels], or NULL for zeros; quant: an element a channel where per_channel is 1,
 * else one. Channels ascend; only accumulators c + 1 and up are read after output c is
 * written.
 */
static inline void tinyts_accumulated_outputs(const int8_t *accumulators,
                                              const int32_t *bias,
                                              tinyts_per_channel_quant_params quant,
                                              int32_t per_channel,
                                              tinyts_fc_params params, int8_t *out,
                                              int32_t channels) {
    for (int32_t c = 0; c < channels; ++c) {
        out[c] = tinyts_channel_output(tinyts_accumulated(accumulators, c), bias, c,
                                       quant, per_channel ? c : 0, params.output_offset,
                                       params.activation);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_ACCUMULATED_OUTPUTS_H */
