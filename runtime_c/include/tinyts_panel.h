/*
 * Panels: the inner loops of convolutions whose constants lie in one stream, in the
 * order in which they are eaten. A panel is some channels of some pixels at a time.
 *
 * Stream of a group of G = 8 or 4 channels (zeros where there are fewer), in words:
 *     G biases, of which each holds -input zero point * sum of weights
 *     for each word of 4 values, for its pairs (0, 2) and (1, 3):
 *         w16: G words, each the weights of a pair for one channel, 16 bits each
 *         w8:  G / 2 words for channels (a, b), (c, d), ..., each for two values the
 *              numbers weight of a + 256 * weight of b, 16 bits each
 *     G pairs (m, c), then G shifts s, by the form that the kernel's name ends in
 * With x = bias + sum of products, m in 2^30..2^31-1:
 *     w16 relu   out = sat(hi(x * m) + c >> shift), no shifts s, one for all; weights and
 *                bias are scaled so that this is exact where the output's least value is
 *                its zero point
 *     w16 any    out = sat(hi_rounded(x * m) + c - (x < 0) >> s); weights and bias are
 *                doubled
 *     w8 any     the same with 2 * x; what is summed of b is the sum of a + 256 * b, and
 *                so is its bias
 *     w8 relu    the same without - (x < 0), where the output's least value is its zero
 *                point
 *     w8s        as w8, but the sums of b begin anew with parts of a window, so that
 *                those of a part alone must fit into 24 bits
 *     clamp      as any, then clamped to the activation
 *     sum        nothing but weights: x, without a bias, is added to an int32 of `out`,
 *                which has any address
 * where sat clamps to int8. The compiler proves that no channel overflows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_H
#define TINYTS_PANEL_H

#include "tinyts.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a pixel sees: runs of `words` words each, then perhaps one word more of each. */
typedef struct {
    const int8_t *const *runs; /* [run_count], of the first pixel */
    int32_t run_count;         /* >= 1 */
    int32_t words;             /* of 4 values, of each run, >= 1 */
    int32_t back;              /* 1..3: one word more begins so many bytes before the
                                * end of each run; 0: none */
    int32_t pixels;
    int32_t in_step;  /* bytes from a pixel's run to the next pixel's */
    const int32_t *stream;
    int32_t channels; /* that are written */
    int8_t *out;      /* channel 0 of the first pixel */
    int32_t out_step; /* bytes to the next pixel */
    int32_t shift;    /* of the form relu */
    tinyts_activation activation; /* of the form clamp */
} tinyts_panel_job;

typedef void tinyts_panel_kernel(const tinyts_panel_job *job);

/*
 * One pixel and eight channels at a time, straight from the input; where four or fewer
 * are left, they are a group of four. With w8s each run is a part, and biases are plain.
 * Those of the form relu with w16 are instances of macros: tinyts_panel_relu.h.
 */
tinyts_panel_kernel tinyts_panel_1x8_w16_any;
tinyts_panel_kernel tinyts_panel_1x8_w16_clamp;
tinyts_panel_kernel tinyts_panel_1x8_w8_relu;
tinyts_panel_kernel tinyts_panel_1x8_w8_any;
tinyts_panel_kernel tinyts_panel_1x8_w8_clamp;
tinyts_panel_kernel tinyts_panel_1x8_w8_sum;
tinyts_panel_kernel tinyts_panel_1x8_w8s_relu;
tinyts_panel_kernel tinyts_panel_1x8_w8s_any;
tinyts_panel_kernel tinyts_panel_1x8_w8s_clamp;

/*
 * One or two pixels and four channels at a time, from values that were widened: the only
 * run is [2 * words][2] pairs, aligned to 4 bytes. Of word i of each pixel, pair 2 * i
 * holds the values 0 and 2 and pair 2 * i + 1 the values 1 and 3; first of pixel 0, then
 * of pixel 1, which is not used where there is only one. back and in_step do not count.
 */
tinyts_panel_kernel tinyts_panel_2x4_w16_any;
tinyts_panel_kernel tinyts_panel_2x4_w16_clamp;
tinyts_panel_kernel tinyts_panel_2x4_w8_relu;
tinyts_panel_kernel tinyts_panel_2x4_w8s_relu; /* two parts; two pixels always */
tinyts_panel_kernel tinyts_panel_2x4_w8_any;
tinyts_panel_kernel tinyts_panel_2x4_w8_clamp;

/*
 * Two pixels and four channels at a time, straight from the only run of the input; back
 * is 0. Of a pixel nothing is written before the first group of both has been read.
 */
tinyts_panel_kernel tinyts_panel_d2x4_w16_any;
tinyts_panel_kernel tinyts_panel_d2x4_w16_clamp;

/*
 * Two pixels and four channels at a time from the same stream as those of 2x4, but from a
 * part of the windows: stream points to the weights of the part in the first group, and
 * in_step bytes lie between those of a group and those of the next. Run 0 is the part,
 * widened; run 1 is [groups][2 pixels][4 channels] sums of the parts before and of the
 * biases, aligned to 4. sum adds to them, the others take them for their outputs and leave
 * anything there. Both pixels may be written to one place (out_step 0) if they are equal.
 */
tinyts_panel_kernel tinyts_panel_s2x4_w16_sum;
tinyts_panel_kernel tinyts_panel_s2x4_w16_any;
tinyts_panel_kernel tinyts_panel_s2x4_w16_clamp;
tinyts_panel_kernel tinyts_panel_s2x4_w8_sum;
tinyts_panel_kernel tinyts_panel_s2x4_w8_relu;
tinyts_panel_kernel tinyts_panel_s2x4_w8_any;
tinyts_panel_kernel tinyts_panel_s2x4_w8_clamp;

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PANEL_H */
