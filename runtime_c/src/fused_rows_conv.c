/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_fused_rows_conv.h"

#include "tinyts_depthwise_row.h"
#include "tinyts_fused_rows_steps.h"

static void produce(const tinyts_fused_rows_group *group, int32_t i, int8_t *out) {
    const tinyts_fused_rows_conv_layer *const layer = group->steps->layer;
    const int32_t channels = group->last - group->first;
    const int32_t *const stream =
        layer->producer.stream + group->first / layer->group * layer->group_words;
    tinyts_packed_row(&layer->producer, layer->input, group->steps->memory, i,
                      layer->middle->width, stream, channels, out, channels);
}

/*
 * The portable kernel asks a tensor for its rows: in this one each is a group, whose
 * first channel would be channel `first` of rows that hold all channels.
 */
static void consume(const tinyts_fused_rows_group *group) {
    const tinyts_fused_rows_conv_layer *const layer = group->steps->layer;
    const tinyts_conv_stage stage = layer->consumer;
    const tinyts_tensor *const output = layer->output;
    const int32_t pitch = group->last - group->first;
    const int32_t first = group->first * stage.ch_mult;
    const int32_t last = group->last * stage.ch_mult;
    tinyts_tensor rows = *layer->middle;
    rows.offset += (uint32_t)(group->first * (rows.width - 1));
    rows.pixel_pitch = (uint16_t)pitch;
    const tinyts_depthwise_input middle = {
        &rows, group->steps->memory, group->fresh_first, group->steps->scratch,
        pitch, group->first};
    tinyts_depthwise_row(&stage, &middle, group->y, output->width, output->channels,
                         first, last,
                         tinyts_row(output, group->steps->memory, group->y) + first,
                         output->pixel_pitch);
}

void tinyts_fused_rows_conv(const tinyts_fused_rows_conv_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_conv_stage *const consumer = &layer->consumer;
    const tinyts_fused_rows_steps steps = {
        layer,
        memory,
        layer->middle,
        tinyts_row(layer->scratch, memory, first),
        NULL,
        NULL,
        layer->group,
        layer->keep,
        layer->first_row,
        layer->last_row,
        (consumer->kernel.h - 1) * consumer->params.dilation.h + 1,
        consumer->params.stride.h,
        consumer->params.padding.h,
        0};
    tinyts_fused_rows_run(&steps, first, last, produce, consume);
}
