/*
 * A CONV_2D whose constants are a stream, and its rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PACKED_CONV_H
#define TINYTS_PACKED_CONV_H

#include "tinyts_panel.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TINYTS_MAX_RUNS 16
/* Bytes of a window that are gathered on the stack. */
#define TINYTS_MAX_GATHERED 64

/* A CONV_2D but for its tensors. */
typedef struct {
    const int32_t *stream;      /* of one piece: see tinyts_panel.h */
    const int8_t *zeros;        /* [kernel.w * Cin] the input's zero point; NULL where no
                                 * window leaves the input */
    tinyts_panel_kernel *panel;
    tinyts_tile kernel;
    tinyts_conv_params params;
    int32_t shift;              /* of the form relu */
    int32_t gathered;           /* bytes of a window, rounded up to a multiple of 4, that
                                 * are copied together first, if its columns follow each
                                 * other without gaps; 0: they are eaten where they lie,
                                 * by rows inside and by taps at the border */
} tinyts_packed_conv;

/*
 * Whether windows inside are eaten by taps as well: columns that do not follow each other,
 * or whose values do not fill words. Taps have 4 values at least.
 */
static inline int32_t tinyts_packed_by_taps(const tinyts_packed_conv *conv,
                                            const tinyts_tensor *input) {
    return !conv->gathered && conv->kernel.w > 1 &&
           (input->channels % 4 != 0 || input->pixel_pitch != input->channels ||
            conv->params.dilation.w != 1);
}

/*
 * Channels 0..channels-1 of a stream, of `width` pixels of row y of the output, written
 * to `out` every `pitch` bytes. Pixels ascend; the window of a pixel is read until its
 * last channel is written.
 */
void tinyts_packed_row(const tinyts_packed_conv *conv, const tinyts_tensor *input,
                       tinyts_memory memory, int32_t y, int32_t width,
                       const int32_t *stream, int32_t channels, int8_t *out,
                       int32_t pitch);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PACKED_CONV_H */
