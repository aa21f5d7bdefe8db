/*
 * The steps of the variants of tinyts_fused_rows: which rows and channels of the middle
 * are computed and kept when. What tinyts_fused_rows.h says holds for them too, but for
 * the place of the kept rows: a row of the middle lies group after group of channels,
 * each [width][channels of the group], as in scratch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FUSED_ROWS_STEPS_H
#define TINYTS_FUSED_ROWS_STEPS_H

#include <string.h>

#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const void *layer; /* of the variant */
    tinyts_memory memory;
    const tinyts_tensor *middle;
    int8_t *scratch;
    int32_t *values; /* more scratch, of the producer */
    void *pending;   /* what the producer has left to do of the rows before */
    int32_t group; /* the fields of the layer */
    int32_t keep;
    int32_t first_row;
    int32_t last_row;
    int32_t extent; /* rows from the first of the consumer's window to its last */
    int32_t stride; /* of the consumer along rows */
    int32_t padding;
    int32_t straight; /* whether rows to keep may be computed where they stay */
} tinyts_fused_rows_steps;

/* Rows of the middle that an output row needs: first..last-1. */
typedef struct {
    int32_t first;
    int32_t kept_end; /* first..kept_end-1 were kept, the others are new */
    int32_t last;
} tinyts_fused_rows_needed;

static inline tinyts_fused_rows_needed
tinyts_fused_rows_look(const tinyts_fused_rows_steps *steps, int32_t y) {
    const int32_t height = steps->middle->height;
    const int32_t origin = y * steps->stride - steps->padding;
    const tinyts_taps rows = tinyts_clipped(origin, steps->extent, height);
    tinyts_fused_rows_needed needed = {rows.first, rows.first, rows.last};
    if (y > steps->first_row) {
        const tinyts_taps before =
            tinyts_clipped(origin - steps->stride, steps->extent, height);
        int32_t end = origin + steps->keep;
        end = end < before.last ? end : before.last;
        end = end < rows.last ? end : rows.last;
        needed.kept_end = end > rows.first ? end : rows.first;
    }
    return needed;
}

/* A group of channels first..last-1 of the middle while output row y is computed. */
typedef struct {
    const tinyts_fused_rows_steps *steps;
    int32_t y;
    int32_t first;
    int32_t last;
    int32_t fresh_first;    /* rows from here on lie in scratch */
    int32_t straight_first; /* from here on where they stay */
    int32_t fresh_last;     /* up to here they are produced, without a break */
} tinyts_fused_rows_group;

/* Where the group lies of row i of the middle; its pixels are last - first apart. */
static inline int8_t *tinyts_fused_rows_find(const tinyts_fused_rows_group *group,
                                             int32_t i) {
    const tinyts_fused_rows_steps *const steps = group->steps;
    const int32_t width = steps->middle->width;
    if (i < group->fresh_first || i >= group->straight_first) {
        return tinyts_row(steps->middle, steps->memory, i) + group->first * width;
    }
    return steps->scratch +
           (i - group->fresh_first) * width * (group->last - group->first);
}

/* A group of an output row of a depthwise convolution of the middle. */
static inline void tinyts_fused_rows_dw(const tinyts_fused_rows_group *group,
                                        const tinyts_dw_stage *stage,
                                        const tinyts_tensor *output) {
    tinyts_dw_rows rows;
    tinyts_dw_look(stage, group->y, group->steps->middle->height, &rows);
    rows.pitch = group->last - group->first;
    for (int32_t k = rows.first; k < rows.last; ++k) {
        const int32_t i = rows.y + k * stage->params.dilation.h;
        rows.row[k] = tinyts_fused_rows_find(group, i);
    }
    stage->row(stage, &rows, output->width, group->first, group->last,
               tinyts_row(output, group->steps->memory, group->y) + group->first,
               output->pixel_pitch);
}

/* Computes a group of row i of the middle; computes what it gives of the output. */
typedef void tinyts_fused_rows_produce(const tinyts_fused_rows_group *group, int32_t i,
                                       int8_t *out);
typedef void tinyts_fused_rows_consume(const tinyts_fused_rows_group *group);

/* Rows first..last-1 of the output. */
static inline void tinyts_fused_rows_run(const tinyts_fused_rows_steps *steps,
                                         int32_t first, int32_t last,
                                         tinyts_fused_rows_produce *produce,
                                         tinyts_fused_rows_consume *consume) {
    const int32_t channels = steps->middle->channels;
    tinyts_fused_rows_needed now = tinyts_fused_rows_look(steps, first);
    for (int32_t y = first; y < last; ++y) {
        tinyts_fused_rows_needed next = {0, 0, 0};
        if (y + 1 < steps->last_row) {
            next = tinyts_fused_rows_look(steps, y + 1);
        }
        const int32_t stored = now.kept_end > next.first ? now.kept_end : next.first;
        /* without kept rows there are none in whose place a new one would be stored */
        const int32_t straight = steps->straight && now.kept_end == now.first &&
                                 next.kept_end == now.last;
        const int32_t scratch_last = straight ? stored : now.last;
        const int32_t copied_last = straight ? stored : next.kept_end;
        for (int32_t c = 0; c < channels; c += steps->group) {
            const int32_t rest = channels - c;
            const int32_t end = c + (rest < steps->group ? rest : steps->group);
            const tinyts_fused_rows_group group = {
                steps, y, c, end, now.kept_end, scratch_last, now.last};
            const int32_t bytes = steps->middle->width * (end - c);
            for (int32_t i = now.kept_end; i < now.last; ++i) {
                produce(&group, i, tinyts_fused_rows_find(&group, i));
            }
            consume(&group);
            for (int32_t i = stored; i < copied_last; ++i) {
                memcpy(tinyts_row(steps->middle, steps->memory, i) +
                           c * steps->middle->width,
                       tinyts_fused_rows_find(&group, i), (size_t)bytes);
            }
        }
        now = next;
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FUSED_ROWS_STEPS_H */
