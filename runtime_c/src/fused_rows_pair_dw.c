/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_rows_pair_dw.h"

#include "tinyts_fused_rows_steps.h"

static void produce(const tinyts_fused_rows_group *group, int32_t i, int8_t *out) {
    const tinyts_fused_rows_pair_dw_layer *const layer = group->steps->layer;
    const int32_t channels = group->last - group->first;
    tinyts_pending *const pending = group->steps->pending;
    const int32_t *const stream =
        layer->producer.stream + group->first / layer->group * layer->group_words;
    pending->more = i + 1 < group->fresh_last;
    tinyts_paired_row(&layer->producer, layer->input, group->steps->memory, i,
                      layer->middle->width, stream, channels, out, channels,
                      group->steps->values, pending);
}

static void consume(const tinyts_fused_rows_group *group) {
    const tinyts_fused_rows_pair_dw_layer *const layer = group->steps->layer;
    tinyts_fused_rows_dw(group, &layer->consumer, layer->output);
}

void tinyts_fused_rows_pair_dw(const tinyts_fused_rows_pair_dw_layer *layer,
                               tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_dw_stage *const consumer = &layer->consumer;
    tinyts_pending pending = {NULL, 0};
    const tinyts_fused_rows_steps steps = {
        layer,
        memory,
        layer->middle,
        tinyts_row(layer->scratch, memory, first),
        (int32_t *)(void *)tinyts_row(layer->workspace, memory, first),
        &pending,
        layer->group,
        layer->keep,
        layer->first_row,
        layer->last_row,
        (consumer->kernel.h - 1) * consumer->params.dilation.h + 1,
        consumer->params.stride.h,
        consumer->params.padding.h,
        1};
    tinyts_fused_rows_run(&steps, first, last, produce, consume);
}
