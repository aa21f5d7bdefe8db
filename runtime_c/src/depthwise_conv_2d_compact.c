/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_depthwise_conv_2d_compact.h"

void tinyts_depthwise_conv_2d_compact(
    const tinyts_depthwise_conv_2d_compact_layer *layer, tinyts_memory memory,
    int32_t first, int32_t last) {
    tinyts_depthwise_conv_2d_rows(layer, memory, first, last);
}
