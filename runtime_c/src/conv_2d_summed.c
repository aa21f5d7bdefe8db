/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_conv_2d_summed.h"

#include "tinyts_widen.h"

/* The sums of two pixels begin with the biases. */
static inline void begin(const tinyts_conv_2d_summed_layer *layer, int32_t *sums) {
    const int32_t *biases = layer->stream;
    for (int32_t left = layer->output->channels; left > 0; left -= 4) {
        const int32_t a = biases[0], b = biases[1], c = biases[2], d = biases[3];
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
        sums[4] = a;
        sums[5] = b;
        sums[6] = c;
        sums[7] = d;
        biases += layer->group_words;
        sums += 8;
    }
}

/*
 * The taps of a part in a row of the input, NULL where there is none: that of the left
 * pixel begins at column in_x, that of the right one `next` columns behind it.
 */
static inline void widen_part(const tinyts_conv_2d_summed_layer *layer,
                              const int8_t *row, int32_t in_x, int32_t next,
                              int32_t *values) {
    const tinyts_tensor *const input = layer->input;
    const int32_t pitch = input->pixel_pitch;
    const int32_t dilation = layer->params.dilation.w;
    const int32_t last = in_x + next + (layer->columns - 1) * dilation;
    const int32_t words = input->channels / 4;
    const int32_t one_run =
        layer->columns == 1 || (dilation == 1 && pitch == input->channels);
    if (!row || (one_run && in_x >= 0 && last < input->width)) {
        const int8_t *left = row ? row + in_x * pitch : layer->zeros;
        const int8_t *right = row ? left + next * pitch : left;
        tinyts_widen_2(&values, &left, &right, layer->columns * words);
        return;
    }
    for (int32_t x = in_x; x <= last - next; x += dilation) {
        const int32_t y = x + next;
        const int8_t *left =
            0 <= x && x < input->width ? row + x * pitch : layer->zeros;
        const int8_t *right =
            0 <= y && y < input->width ? row + y * pitch : layer->zeros;
        tinyts_widen_2(&values, &left, &right, words);
    }
}

static inline void two_pixels(const tinyts_conv_2d_summed_layer *layer,
                              const int8_t *const *rows, int32_t in_x, int32_t next,
                              int32_t *values, tinyts_panel_job *job) {
    const int32_t columns = layer->columns;
    const int32_t last_row = layer->kernel.h - 1;
    job->stream = layer->stream + 4;
    for (int32_t ky = 0; ky <= last_row; ++ky) {
        for (int32_t kx = 0; kx < layer->kernel.w; kx += columns) {
            const int32_t is_last = ky == last_row && kx + columns == layer->kernel.w;
            widen_part(layer, rows[ky], in_x + kx * layer->params.dilation.w, next,
                       values);
            (is_last ? layer->panel : layer->sum)(job);
            job->stream += layer->part_words;
        }
    }
}

void tinyts_conv_2d_summed(const tinyts_conv_2d_summed_layer *layer,
                           tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tensor *const input = layer->input;
    const tinyts_tensor *const output = layer->output;
    const int32_t step = layer->params.stride.w;
    const int32_t words = layer->columns * input->channels / 4;
    int8_t *const workspace = tinyts_row(layer->workspace, memory, first);
    int32_t *const values = (int32_t *)(void *)workspace;
    int32_t *const sums = values + 4 * words;
    const int8_t *const runs[2] = {workspace, (const int8_t *)sums};
    tinyts_panel_job job = {runs, 2, words, 0, 2,
                            4 * (layer->group_words - layer->part_words), NULL,
                            output->channels, NULL, 0, layer->shift,
                            layer->params.activation};
    for (int32_t y = first; y < last; ++y) {
        const int8_t *rows[TINYTS_MAX_RUNS];
        int32_t in_y = y * layer->params.stride.h - layer->params.padding.h;
        int32_t in_x = -layer->params.padding.w;
        for (int32_t ky = 0; ky < layer->kernel.h; ++ky) {
            rows[ky] = 0 <= in_y && in_y < input->height
                           ? tinyts_row(input, memory, in_y) : NULL;
            in_y += layer->params.dilation.h;
        }
        job.out = tinyts_row(output, memory, y);
        for (int32_t left = output->width; left > 0; left -= 2) {
            const int32_t both = left > 1; /* a last one stands for two */
            job.out_step = both ? output->pixel_pitch : 0;
            begin(layer, sums);
            two_pixels(layer, rows, in_x, both ? step : 0, values, &job);
            job.out += 2 * output->pixel_pitch;
            in_x += 2 * step;
        }
    }
}
