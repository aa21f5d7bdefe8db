/*
 * Panels in C: what the assembly computes, from the same stream.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_TWIN_H
#define TINYTS_PANEL_TWIN_H

#include "tinyts_panel.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TINYTS_FORM_RELU, TINYTS_FORM_ANY, TINYTS_FORM_CLAMP, TINYTS_FORM_SUM };

/* Adds a pair's products to `group` sums; its words of the stream are eaten. */
static inline const int32_t *tinyts_panel_eat(const int32_t *stream, int32_t pair,
                                              int32_t group, int32_t bits,
                                              int32_t *sums) {
    for (int32_t i = 0; i < group; ++i) {
        int32_t weights = stream[bits == 16 ? i : i >> 1];
        if (bits == 8 && i % 2 == 0) {
            weights = tinyts_sxtb16(weights);
        }
        sums[i] = tinyts_smlad(pair, weights, sums[i]);
    }
    return stream + (bits == 16 ? group : group / 2);
}

/* The same for a word of the input. */
static inline const int32_t *tinyts_panel_eat_word(const int32_t *stream, int32_t word,
                                                   int32_t group, int32_t bits,
                                                   int32_t *sums) {
    stream = tinyts_panel_eat(stream, tinyts_sxtb16(word), group, bits, sums);
    return tinyts_panel_eat(stream, tinyts_sxtb16_ror8(word), group, bits, sums);
}

/* Sums times two: of a group with w8. */
static inline void tinyts_panel_part(int32_t *sums, int32_t group) {
    for (int32_t i = 0; i < group; i += 2) {
        sums[i + 1] = (int32_t)((uint32_t)sums[i + 1] - (uint32_t)sums[i]) >> 7;
        sums[i] = (int32_t)((uint32_t)sums[i] << 1);
    }
}

/* The output of channel i of a group, whose constants `stream` points to. */
static inline int8_t tinyts_panel_output(const tinyts_panel_job *job,
                                         const int32_t *stream, int32_t group,
                                         int32_t bits, int32_t form, int32_t i,
                                         int32_t x) {
    const int32_t m = stream[2 * i];
    const int32_t c = stream[2 * i + 1];
    if (form == TINYTS_FORM_RELU && bits == 16) {
        return (int8_t)tinyts_ssat8(tinyts_smmla(x, m, c) >> job->shift);
    }
    int32_t value = tinyts_smmlar(x, m, c);
    if (form != TINYTS_FORM_RELU) {
        value += x >> 31;
    }
    value = tinyts_ssat8(value >> stream[2 * group + i]);
    if (form == TINYTS_FORM_CLAMP) {
        value = value < job->activation.min ? job->activation.min : value;
        value = value > job->activation.max ? job->activation.max : value;
    }
    return (int8_t)value;
}

/* Words of the constants of requantization of one channel. */
static inline int32_t tinyts_panel_scales(int32_t bits, int32_t form) {
    if (form == TINYTS_FORM_SUM) {
        return 0;
    }
    return form == TINYTS_FORM_RELU && bits == 16 ? 2 : 3;
}

/* What odd channels of a group with w8 have summed so far; their sums begin anew. */
static inline void tinyts_panel_flush(int32_t *sums, int32_t *before, int32_t group) {
    for (int32_t i = 0; i < group; i += 2) {
        before[i + 1] += (int32_t)((uint32_t)sums[i + 1] - (uint32_t)sums[i]) >> 8;
        sums[i + 1] = sums[i];
    }
}

/*
 * `group` channels of one pixel, of which `channels` are written; `runs` whether the sums
 * of odd channels begin anew behind every run. Returns the stream behind the group.
 */
static inline const int32_t *tinyts_panel_pixel(const tinyts_panel_job *job,
                                                const int32_t *stream, int32_t pixel,
                                                int32_t group, int32_t channels,
                                                int32_t bits, int32_t form,
                                                int32_t runs, int8_t *out) {
    int32_t sums[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    int32_t before[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    if (form != TINYTS_FORM_SUM) {
        memcpy(sums, stream, (size_t)group * sizeof *sums);
        stream += group;
    }
    if (runs) {
        for (int32_t i = 0; i < group; i += 2) {
            before[i + 1] = sums[i + 1];
            sums[i + 1] = sums[i];
        }
    }
    for (int32_t run = 0; run < job->run_count; ++run) {
        const int8_t *in = job->runs[run] + pixel * job->in_step;
        for (int32_t i = 0; i < job->words; ++i) {
            const int32_t word = tinyts_load_4(in);
            stream = tinyts_panel_eat_word(stream, word, group, bits, sums);
            in += 4;
        }
        if (job->back) {
            const int32_t word = tinyts_load_4(in - job->back);
            stream = tinyts_panel_eat_word(stream, word, group, bits, sums);
        }
        if (runs) {
            tinyts_panel_flush(sums, before, group);
        }
    }
    if (bits == 8) {
        tinyts_panel_part(sums, group);
    }
    for (int32_t i = 0; i < channels; ++i) {
        const int32_t x = (int32_t)((uint32_t)sums[i] + 2 * (uint32_t)before[i]);
        if (form == TINYTS_FORM_SUM) {
            const uint32_t sum = (uint32_t)tinyts_load_4(out + 4 * i);
            tinyts_store_4(out + 4 * i, (int32_t)(sum + (uint32_t)(x >> 1)));
        } else {
            out[i] = tinyts_panel_output(job, stream, group, bits, form, i, x);
        }
    }
    return stream + group * tinyts_panel_scales(bits, form);
}

/* One pixel and eight channels at a time, the last four or fewer apart. */
static inline void tinyts_panel_pixels(const tinyts_panel_job *job, int32_t bits,
                                       int32_t form, int32_t runs) {
    const int32_t result = form == TINYTS_FORM_SUM ? 4 : 1; /* bytes */
    for (int32_t pixel = 0; pixel < job->pixels; ++pixel) {
        const int32_t *stream = job->stream;
        int8_t *const out = job->out + pixel * job->out_step;
        for (int32_t channel = 0; channel < job->channels; channel += 8) {
            const int32_t left = job->channels - channel;
            stream = tinyts_panel_pixel(job, stream, pixel, left > 4 ? 8 : 4,
                                        left > 8 ? 8 : left, bits, form, runs,
                                        out + channel * result);
        }
    }
}

static inline void tinyts_panel_1x8(const tinyts_panel_job *job, int32_t bits,
                                    int32_t form) {
    tinyts_panel_pixels(job, bits, form, 0);
}

/* Four channels of pixel after pixel, of the only run. */
static inline void tinyts_panel_d2x4(const tinyts_panel_job *job, int32_t bits,
                                     int32_t form) {
    for (int32_t pixel = 0; pixel < job->pixels; ++pixel) {
        const int32_t *stream = job->stream;
        int8_t *const out = job->out + pixel * job->out_step;
        for (int32_t channel = 0; channel < job->channels; channel += 4) {
            const int32_t left = job->channels - channel;
            stream = tinyts_panel_pixel(job, stream, pixel, 4, left > 4 ? 4 : left, bits,
                                        form, 0, out + channel);
        }
    }
}

/* The same with w8s. */
static inline void tinyts_panel_1x8_runs(const tinyts_panel_job *job, int32_t form) {
    tinyts_panel_pixels(job, 8, form, 1);
}

/* One or two pixels and four channels at a time; the last words are a second part. */
static inline void tinyts_panel_2x4_parts(const tinyts_panel_job *job, int32_t bits,
                                          int32_t form, int32_t second) {
    const int32_t *const values = (const int32_t *)(const void *)job->runs[0];
    for (int32_t pixel = 0; pixel < job->pixels; ++pixel) {
        const int32_t *stream = job->stream;
        int8_t *const out = job->out + pixel * job->out_step;
        for (int32_t channel = 0; channel < job->channels; channel += 4) {
            int32_t sums[4];
            int32_t before[4] = {0, 0, 0, 0};
            memcpy(sums, stream, sizeof sums);
            stream += 4;
            for (int32_t i = 0; i < 2 * job->words; ++i) {
                if (second && i == 2 * (job->words - second)) {
                    tinyts_panel_flush(sums, before, 4);
                }
                stream = tinyts_panel_eat(stream, values[2 * i + pixel], 4, bits, sums);
            }
            if (bits == 8) {
                tinyts_panel_part(sums, 4);
            }
            for (int32_t i = 0; i < 4 && channel + i < job->channels; ++i) {
                const int32_t x = (int32_t)((uint32_t)sums[i] + 2 * (uint32_t)before[i]);
                out[channel + i] =
                    tinyts_panel_output(job, stream, 4, bits, form, i, x);
            }
            stream += 4 * tinyts_panel_scales(bits, form);
        }
    }
}

static inline void tinyts_panel_2x4(const tinyts_panel_job *job, int32_t bits,
                                    int32_t form) {
    tinyts_panel_2x4_parts(job, bits, form, 0);
}

/* Two pixels and four channels at a time, from sums that other parts began. */
static inline void tinyts_panel_s2x4(const tinyts_panel_job *job, int32_t bits,
                                     int32_t form) {
    const int32_t *const values = (const int32_t *)(const void *)job->runs[0];
    int32_t *sums = (int32_t *)(uintptr_t)job->runs[1];
    const int32_t *stream = job->stream;
    for (int32_t channel = 0; channel < job->channels; channel += 4) {
        const int32_t *behind = stream;
        for (int32_t pixel = 0; pixel < 2; ++pixel, sums += 4) {
            int8_t *const out = job->out + pixel * job->out_step + channel;
            behind = stream;
            for (int32_t i = 0; i < 2 * job->words; ++i) {
                behind = tinyts_panel_eat(behind, values[2 * i + pixel], 4, bits, sums);
            }
            if (form == TINYTS_FORM_SUM) {
                continue;
            }
            if (bits == 8) {
                tinyts_panel_part(sums, 4);
            }
            for (int32_t i = 0; i < 4 && channel + i < job->channels; ++i) {
                out[i] = tinyts_panel_output(job, behind, 4, bits, form, i, sums[i]);
            }
        }
        stream = behind + job->in_step / 4;
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_PANEL_TWIN_H */
