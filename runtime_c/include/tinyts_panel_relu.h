/*
 * Panels of the form relu with weights of 16 bits: one function for each shift.
 *
 * TINYTS_PANEL_1X8_RELU(NAME, SHIFT), TINYTS_PANEL_2X4_RELU(NAME, SHIFT),
 * TINYTS_PANEL_D2X4_RELU(NAME, SHIFT) and TINYTS_PANEL_S2X4_RELU(NAME, SHIFT) define the
 * tinyts_panel_kernel NAME; SHIFT, 1..31, is also the job's.
 *
 * TINYTS_PANEL_F2X4_RELU(NAME, SHIFT, WORDS, STEP) is as that of D2X4, but WORDS is the
 * job's words and STEP, 1..2047, its in_step; two pixels at least. Pixels may be written
 * before others have been read, and twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_RELU_H
#define TINYTS_PANEL_RELU_H

#include "tinyts_panel_asm_1x8.h"
#include "tinyts_panel_asm_2x4.h"
#include "tinyts_panel_asm_d2x4.h"
#include "tinyts_panel_asm_f2x4.h"
#include "tinyts_panel_asm_s2x4.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
#define TINYTS_PANEL_1X8_RELU(NAME, SHIFT)       \
    tinyts_panel_kernel NAME;                    \
    TINYTS_PANEL_ASM_1X8(#NAME, "w16", "relu", #SHIFT);
#define TINYTS_PANEL_2X4_RELU(NAME, SHIFT)       \
    tinyts_panel_kernel NAME;                    \
    TINYTS_PANEL_ASM_2X4(#NAME, "w16", "relu", #SHIFT);
#define TINYTS_PANEL_D2X4_RELU(NAME, SHIFT)      \
    tinyts_panel_kernel NAME;                    \
    TINYTS_PANEL_ASM_D2X4(#NAME, "relu", #SHIFT);
#define TINYTS_PANEL_F2X4_RELU(NAME, SHIFT, WORDS, STEP) \
    tinyts_panel_kernel NAME;                    \
    TINYTS_PANEL_ASM_F2X4(#NAME, #SHIFT, #WORDS, #STEP);
#define TINYTS_PANEL_S2X4_RELU(NAME, SHIFT)      \
    tinyts_panel_kernel NAME;                    \
    TINYTS_PANEL_ASM_S2X4(#NAME, "w16", "relu", #SHIFT);
#else
#define TINYTS_PANEL_1X8_RELU(NAME, SHIFT)                            \
    static void NAME(const tinyts_panel_job *job) {                   \
        tinyts_panel_1x8(job, 16, TINYTS_FORM_RELU);                  \
    }
#define TINYTS_PANEL_2X4_RELU(NAME, SHIFT)                            \
    static void NAME(const tinyts_panel_job *job) {                   \
        tinyts_panel_2x4(job, 16, TINYTS_FORM_RELU);                  \
    }
#define TINYTS_PANEL_D2X4_RELU(NAME, SHIFT)                           \
    static void NAME(const tinyts_panel_job *job) {                   \
        tinyts_panel_d2x4(job, 16, TINYTS_FORM_RELU);                 \
    }
#define TINYTS_PANEL_F2X4_RELU(NAME, SHIFT, WORDS, STEP)              \
    TINYTS_PANEL_D2X4_RELU(NAME, SHIFT)
#define TINYTS_PANEL_S2X4_RELU(NAME, SHIFT)                           \
    static void NAME(const tinyts_panel_job *job) {                   \
        tinyts_panel_s2x4(job, 16, TINYTS_FORM_RELU);                 \
    }
#endif

#endif /* TINYTS_PANEL_RELU_H */
