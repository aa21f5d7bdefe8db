/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_conv_2d_tiles_direct.h"

#include "tinyts_tiles_taps.h"

/* The windows of an output row, which begin at input row y. */
typedef struct {
    const tinyts_packed_conv *conv;
    const tinyts_tiles *input;
    tinyts_memory memory;
    int32_t y;
    int32_t whole; /* whether all kernel rows lie in the input */
} windows;

/* `pixels` pixels whose windows lie in one column; the first begins at its pixel x. */
static void inside(const windows *row, const tinyts_tensor *column, int32_t x,
                   int32_t pixels, tinyts_panel_job *job) {
    const int8_t *runs[TINYTS_MAX_RUNS];
    const int32_t count = row->conv->kernel.h;
    for (int32_t ky = 0; ky < count; ++ky) {
        runs[ky] = tinyts_row(column, row->memory, row->y + ky) + x * column->pixel_pitch;
    }
    job->runs = runs;
    job->run_count = count;
    job->words = row->conv->kernel.w * column->channels / 4;
    job->pixels = pixels;
    row->conv->panel(job);
    job->out += pixels * job->out_step;
}

/* One pixel whose window begins at pixel x: a run for every tap. */
static void spanned(const windows *row, int32_t x, int32_t column,
                    tinyts_panel_job *job) {
    const int8_t *runs[TINYTS_MAX_RUNS];
    const tinyts_packed_conv *const conv = row->conv;
    const tinyts_tiles_window window = {row->input, row->memory, conv->zeros,
                                        conv->kernel, conv->params.dilation};
    tinyts_tiles_taps(&window, row->y, x, column, runs);
    job->runs = runs;
    job->run_count = conv->kernel.h * conv->kernel.w;
    job->words = row->input->columns[0].channels / 4;
    job->pixels = 1;
    conv->panel(job);
    job->out += job->out_step;
}

/* A row of `width` pixels, of which the first sees what begins at pixel in_x. */
static void compute_row(const windows *row, int32_t in_x, int32_t width,
                        tinyts_panel_job *job) {
    const tinyts_tiles *const input = row->input;
    const int32_t step = row->conv->params.stride.w;
    int32_t column = 0;
    while (width > 0) {
        column = tinyts_tiles_find(input, in_x, column);
        const int32_t x = in_x - input->borders[column];
        const int32_t room = input->columns[column].width - row->conv->kernel.w - x;
        int32_t pixels = 1;
        if (row->whole && in_x >= 0 && room >= 0) {
            while (pixels < width && pixels * step <= room) {
                ++pixels;
            }
            inside(row, &input->columns[column], x, pixels, job);
        } else {
            spanned(row, in_x, column, job);
        }
        in_x += pixels * step;
        width -= pixels;
    }
}

void tinyts_conv_2d_tiles_direct(const tinyts_conv_2d_tiles_direct_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last) {
    const tinyts_tiles_call call = tinyts_tiles_look(layer->output, first, last);
    const tinyts_tensor *const output = call.output;
    const tinyts_tensor *const left = &layer->input->columns[0];
    tinyts_packed_conv conv = {layer->stream, layer->zeros,  layer->panel,
                               layer->kernel, layer->params, layer->shift,
                               layer->gathered};
    /* Where the output's column begins, windows lie further to the right. */
    conv.params.padding.w -= call.x * layer->params.stride.w;
    for (int32_t y = call.first; y < call.last; ++y) {
        int8_t *const out = tinyts_row(output, memory, y);
        if (layer->input->count == 1) {
            tinyts_packed_row(&conv, left, memory, y, output->width, conv.stream,
                              output->channels, out, output->pixel_pitch);
            continue;
        }
        const int32_t in_y = y * conv.params.stride.h - conv.params.padding.h;
        const int32_t whole = 0 <= in_y && in_y + conv.kernel.h <= left->height;
        const windows row = {&conv, layer->input, memory, in_y, whole};
        tinyts_panel_job job = {NULL, 0, 0, -left->channels & 3, 1,
                                conv.params.stride.w * left->pixel_pitch, conv.stream,
                                output->channels, out, output->pixel_pitch, conv.shift,
                                conv.params.activation};
        compute_row(&row, -conv.params.padding.w, output->width, &job);
    }
}
