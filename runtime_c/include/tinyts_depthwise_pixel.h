/*
 * A pixel of a DEPTHWISE_CONV_2D, four channels at a time, from taps that lie anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DEPTHWISE_PIXEL_H
#define TINYTS_DEPTHWISE_PIXEL_H

#include "tinyts.h"
#include "tinyts_simd.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TINYTS_MAX_TAPS 16

/* The constants of a layer of at least 4 channels. */
typedef struct {
    /*
     * For each four channels, the last four of them where fewer are left: four biases, with - input zero point * sum of weights;
     * for each pair of taps (the last perhaps with one of zeros) four words, the weights
     * of both taps for a channel, 16 bits each; four times (m, c); in the form any four
     * shifts. See tinyts_panel.h.
     */
    const int32_t *stream;
    int32_t relu;  /* whether the form is relu */
    int32_t shift; /* of the form relu */
} tinyts_depthwise_stream;

/* Words of the stream of four channels. */
static inline int32_t tinyts_depthwise_words(const tinyts_depthwise_stream *layer,
                                             int32_t pairs) {
    return 4 * pairs + (layer->relu ? 12 : 16);
}

/* Adds the products of pairs of taps to the sums of channels c..c + 3. */
static inline void tinyts_depthwise_add(const int32_t *weights,
                                        const int8_t *const *taps, int32_t pairs,
                                        int32_t c, int32_t sums[4]) {
    for (int32_t i = 0; i < pairs; ++i) {
        const int32_t a = tinyts_load_4(taps[0] + c);
        const int32_t b = tinyts_load_4(taps[1] + c);
        const int32_t low = tinyts_pack_low(a, b);
        const int32_t high = tinyts_pack_high(a, b);
        sums[0] = tinyts_smlad(tinyts_sxtb16(low), weights[0], sums[0]);
        sums[1] = tinyts_smlad(tinyts_sxtb16_ror8(low), weights[1], sums[1]);
        sums[2] = tinyts_smlad(tinyts_sxtb16(high), weights[2], sums[2]);
        sums[3] = tinyts_smlad(tinyts_sxtb16_ror8(high), weights[3], sums[3]);
        weights += 4;
        taps += 2;
    }
}

/* Writes those from `first` on of four channels; `scales` follow their weights. */
static inline void tinyts_depthwise_write(const tinyts_depthwise_stream *layer,
                                          const int32_t *scales, const int32_t sums[4],
                                          int32_t first, int8_t *out) {
    const int32_t relu = layer->relu;
    const int32_t shift = layer->shift;
    for (int32_t i = first; i < 4; ++i) {
        const int32_t m = scales[2 * i];
        const int32_t k = scales[2 * i + 1];
        const int32_t value =
            relu ? tinyts_smmla(sums[i], m, k) >> shift
                 : (tinyts_smmlar(sums[i], m, k) + (sums[i] >> 31)) >> scales[8 + i];
        out[i] = (int8_t)tinyts_ssat8(value);
    }
}

/* All channels of one pixel; `taps` are `pairs` pairs. */
TINYTS_APART void tinyts_depthwise_pixel(const tinyts_depthwise_stream *layer,
                                         const int8_t *const *taps, int32_t pairs,
                                         int32_t channels, int8_t *out) {
    const tinyts_depthwise_stream copy = *layer; /* that no store to `out` changes */
    const int32_t words = tinyts_depthwise_words(&copy, pairs);
    const int32_t *stream = copy.stream;
    for (int32_t done = 0; done < channels; done += 4) {
        const int32_t c = done + 4 > channels ? channels - 4 : done;
        int32_t sums[4] = {stream[0], stream[1], stream[2], stream[3]};
        tinyts_depthwise_add(stream + 4, taps, pairs, c, sums);
        tinyts_depthwise_write(&copy, stream + 4 + 4 * pairs, sums, done - c, out + c);
        stream += words;
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DEPTHWISE_PIXEL_H */
