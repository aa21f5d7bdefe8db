/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_average_pool_2d_cmsis_nn.h"

#include "tinyts_cmsis_nn_pool.h"

void tinyts_average_pool_2d_cmsis_nn(const tinyts_average_pool_2d_cmsis_nn_layer *layer,
                                     tinyts_memory memory, int32_t first,
                                     int32_t last) {
    const tinyts_cmsis_nn_pool pool = {layer->input, layer->output, layer->kernel,
                                       layer->params, layer->step};
    const cmsis_nn_context scratch =
        tinyts_cmsis_nn_scratch(layer->workspace, memory, first);
    tinyts_cmsis_nn_pool_rows(arm_avgpool_s8, &pool, &scratch, memory, first, last);
}
