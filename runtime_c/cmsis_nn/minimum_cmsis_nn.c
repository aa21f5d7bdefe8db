/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_minimum_cmsis_nn.h"

#include "tinyts_cmsis_nn_pairs.h"

void tinyts_minimum_cmsis_nn(const tinyts_minimum_cmsis_nn_layer *layer,
                             tinyts_memory memory, int32_t first,
                             int32_t last) {
    const tinyts_cmsis_nn_pair pair = {layer->input_1, layer->input_2, layer->output,
                                       layer->step};
    tinyts_cmsis_nn_pair_rows(arm_minimum_s8, &pair, memory, first, last);
}
