/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_packed_conv.h"

#include "tinyts_gather.h"

/* The pixels one by one, each gathered first. */
static void gathered_pixels(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                            const int8_t *const *rows, int32_t width,
                            tinyts_panel_job *job) {
    int32_t window[TINYTS_MAX_GATHERED / 4] = {0};
    const int8_t *const run = (const int8_t *)window;
    job->runs = &run;
    job->run_count = 1;
    job->words = conv->gathered / 4;
    job->pixels = 1;
    for (int32_t x = 0; x < width; ++x) {
        tinyts_gather(conv, input, rows, x * conv->params.stride.w - conv->params.padding.w,
               (int8_t *)window);
        conv->panel(job);
        job->out += job->out_step;
    }
}

/* Pixels of which the first sees what begins at in_x: a run for every tap. */
static void by_taps(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                    const int8_t *const *rows, int32_t in_x, int32_t pixels,
                    tinyts_panel_job *job) {
    const int8_t *runs[TINYTS_MAX_RUNS];
    int32_t count = 0;
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        for (int32_t kx = 0; kx < conv->kernel.w; ++kx) {
            const int32_t x = in_x + kx * conv->params.dilation.w;
            runs[count++] = rows[ky] && 0 <= x && x < input->width
                                ? rows[ky] + x * input->pixel_pitch
                                : conv->zeros;
        }
    }
    job->runs = runs;
    job->run_count = count;
    job->words = input->channels / 4;
    job->pixels = pixels;
    conv->panel(job);
    job->out += pixels * job->out_step;
}

/* The same where all windows lie in the input: a run for every kernel row. */
static void by_rows(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                    const int8_t *const *rows, int32_t in_x, int32_t pixels,
                    tinyts_panel_job *job) {
    const int8_t *runs[TINYTS_MAX_RUNS];
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        runs[ky] = rows[ky] + in_x * input->pixel_pitch;
    }
    job->runs = runs;
    job->run_count = conv->kernel.h;
    job->words = conv->kernel.w * input->channels / 4;
    job->pixels = pixels;
    conv->panel(job);
    job->out += pixels * job->out_step;
}

void tinyts_packed_row(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                       tinyts_memory memory, int32_t y, int32_t width,
                       const int32_t *stream, int32_t channels, int8_t *out,
                       int32_t pitch) {
    const int8_t *rows[TINYTS_MAX_RUNS];
    const int32_t in_y = y * conv->params.stride.h - conv->params.padding.h;
    const int32_t step = conv->params.stride.w;
    const int32_t pad = conv->params.padding.w;
    int32_t whole = 1; /* whether all kernel rows lie in the input */
    const int32_t back = conv->gathered ? 0 : -input->channels & 3;
    tinyts_panel_job job = {rows, conv->kernel.h, 0, back, 1,
                            step * input->pixel_pitch, stream, channels, out, pitch,
                            conv->shift, conv->params.activation};
    for (int32_t ky = 0; ky < conv->kernel.h; ++ky) {
        const int32_t row = in_y + ky * conv->params.dilation.h;
        rows[ky] = 0 <= row && row < input->height ? tinyts_row(input, memory, row) : NULL;
        whole = whole && rows[ky];
    }
    if (conv->gathered) {
        gathered_pixels(conv, input, rows, width, &job);
        return;
    }
    int32_t x = 0;
    for (; x < width && x * step < pad; ++x) {
        by_taps(conv, input, rows, x * step - pad, 1, &job);
    }
    const int32_t first = x * step - pad;
    const int32_t extent = (conv->kernel.w - 1) * conv->params.dilation.w + 1;
    const int32_t room = input->width - extent - first;
    int32_t inside = room < 0 ? 0 : room / step + 1;
    if (inside > width - x) {
        inside = width - x;
    }
    if (whole && inside > 0) {
        if (tinyts_packed_by_taps(conv, input)) {
            by_taps(conv, input, rows, first, inside, &job);
        } else {
            by_rows(conv, input, rows, first, inside, &job);
        }
        x += inside;
    }
    for (; x < width; ++x) {
        by_taps(conv, input, rows, x * step - pad, 1, &job);
    }
}
