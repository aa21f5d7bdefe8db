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
    const int8_t *const *const end = taps + 2 * pairs;
    int32_t sum_0 = sums[0];
    int32_t sum_1 = sums[1];
    int32_t sum_2 = sums[2];
    int32_t sum_3 = sums[3];
    for (; taps != end; taps += 2) {
        const int32_t a = tinyts_load_4(taps[0] + c);
        const int32_t b = tinyts_load_4(taps[1] + c);
        int32_t pair = tinyts_pack_low(a, b);
        sum_0 = tinyts_smlad(tinyts_sxtb16(pair), weights[0], sum_0);
        sum_1 = tinyts_smlad(tinyts_sxtb16_ror8(pair), weights[1], sum_1);
        TINYTS_AFTER(weights, sum_1);
        pair = tinyts_pack_high(a, b);
        sum_2 = tinyts_smlad(tinyts_sxtb16(pair), weights[2], sum_2);
        sum_3 = tinyts_smlad(tinyts_sxtb16_ror8(pair), weights[3], sum_3);
        weights += 4;
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

/* The result of channel i of four; `scales` follow their weights. */
static inline int8_t tinyts_depthwise_result(int32_t sum, const int32_t *scales,
                                             int32_t i, int32_t relu, int32_t shift) {
    const int32_t m = scales[2 * i];
    const int32_t k = scales[2 * i + 1];
    return (int8_t)tinyts_ssat8(
        relu ? tinyts_smmla(sum, m, k) >> shift
             : (tinyts_smmlar(sum, m, k) + (sum >> 31)) >> scales[8 + i]);
}

/* Writes those from `first` on of four channels; all four without a loop. */
static inline void tinyts_depthwise_write(const tinyts_depthwise_stream *layer,
                                          const int32_t *scales, const int32_t sums[4],
                                          int32_t first, int8_t *out) {
    const int32_t shift = layer->shift;
    if (first != 0) {
        for (int32_t i = first; i < 4; ++i) {
            out[i] = tinyts_depthwise_result(sums[i], scales, i, layer->relu, shift);
        }
    } else if (layer->relu) {
        for (int32_t i = 0; i < 4; ++i) {
            out[i] = tinyts_depthwise_result(sums[i], scales, i, 1, shift);
        }
    } else {
        for (int32_t i = 0; i < 4; ++i) {
            out[i] = tinyts_depthwise_result(sums[i], scales, i, 0, shift);
        }
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
