/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_max_pool_2d_cmsis_nn.h"

#include "tinyts_cmsis_nn_pool.h"

void tinyts_max_pool_2d_cmsis_nn(const tinyts_max_pool_2d_cmsis_nn_layer *layer,
                                 tinyts_memory memory, int32_t first,
                                 int32_t last) {
    const tinyts_cmsis_nn_pool pool = {layer->input, layer->output, layer->kernel,
                                       layer->params, layer->step};
    const cmsis_nn_context no_scratch = {NULL, 0};
    tinyts_cmsis_nn_pool_rows(arm_max_pool_s8, &pool, &no_scratch, memory, first, last);
}
