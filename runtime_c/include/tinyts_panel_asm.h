/*
 * What the panels in assembly for Armv7E-M share; they compute what tinyts_panel_twin.h
 * says, by the same streams.
 *
 * Fourteen registers hold eight sums, two pointers, two pairs of input values and two
 * words of weights; everything else is reloaded from the job between loops. Loops are
 * unrolled and entered in the middle, so that any number of words will do. LDRD reads
 * streams and scratch alone, which are aligned; input may lie anywhere. Within a loop both
 * pointers stand at its last load, which moves them on: that of the stream at `eaten` bytes
 * behind its beginning.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_H
#define TINYTS_PANEL_ASM_H

#include "tinyts_panel.h"

/*
 * The epilogue of one sum: channel I of a group of G, requantized from register S and
 * stored. With w8 that of an odd channel holds 256 times its sum and that of the even one
 * below it; with w8s it lies on the stack. r1: `eaten` bytes behind the constants. The form relu with w16 shifts
 * by the constant relu_shift, the form clamp ends at r2 and r3.
 */
#define TINYTS_PANEL_ASM_OUTPUT                                              \
    ".macro output bits, form, g, i, s, below, base, at\n"                   \
    ".ifc \\form,sum\n"                                                      \
    "ldr.w r12, [\\base, #4 * (\\at)]\n"                                     \
    ".if (\\i) & 1\n"                                                        \
    "sub.w \\s, \\s, \\below\n"                                              \
    "add.w r12, r12, \\s, asr #8\n"                                          \
    ".else\n"                                                                \
    "add.w r12, r12, \\s\n"                                                  \
    ".endif\n"                                                               \
    "str.w r12, [\\base, #4 * (\\at)]\n"                                     \
    ".else\n"                                                                \
    "double \\bits, \\i, \\s, \\below\n"                                     \
    "ldrd r12, lr, [r1, #8 * (\\i) - eaten]\n"                               \
    "finish \\bits, \\form, \\g, \\i, \\s, \\base, \\at\n"                   \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro double bits, i, s, below\n"                                      \
    ".ifnc \\bits,w16\n"                                                     \
    ".if (\\i) & 1\n"                                                        \
    ".ifc \\bits,w8\n"                                                       \
    "sub.w \\s, \\s, \\below\n"                                              \
    "asr.w \\s, \\s, #7\n"                                                   \
    ".else\n"                                                                \
    "ldr.w \\s, [sp, #odd_sums + 2 * (\\i) - 2]\n"                           \
    "lsl.w \\s, \\s, #1\n"                                                   \
    ".endif\n"                                                               \
    ".else\n"                                                                \
    "lsl.w \\s, \\s, #1\n"                                                   \
    ".endif\n"                                                               \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro finish bits, form, g, i, s, base, at\n"                          \
    ".ifc \\bits\\form,w16relu\n"                                            \
    "smmla r12, \\s, r12, lr\n"                                              \
    "ssat r12, #8, r12, asr #relu_shift\n"                                   \
    ".else\n"                                                                \
    "smmlar r12, \\s, r12, lr\n"                                             \
    ".ifnc \\form,relu\n"                                                    \
    "add.w r12, r12, \\s, asr #31\n"                                         \
    ".endif\n"                                                               \
    "ldr.w lr, [r1, #8 * (\\g) + 4 * (\\i) - eaten]\n"                       \
    "asr.w r12, r12, lr\n"                                                   \
    "ssat r12, #8, r12\n"                                                    \
    ".endif\n"                                                               \
    ".ifc \\form,clamp\n"                                                    \
    "cmp.w r12, r2\n"                                                        \
    "it lt\n"                                                                \
    "movlt.w r12, r2\n"                                                      \
    "cmp.w r12, r3\n"                                                        \
    "it gt\n"                                                                \
    "movgt.w r12, r3\n"                                                      \
    ".endif\n"                                                               \
    "strb.w r12, [\\base, #\\at]\n"                                          \
    ".endm\n"

/* The two words of weights at a place of a loop, into r12 and lr. */
#define TINYTS_PANEL_ASM_WEIGHTS                                             \
    ".macro weights at\n"                                                    \
    ".ifeq (\\at) - eaten\n"                                                 \
    "ldrd r12, lr, [r1], #eaten + 8\n"                                       \
    ".else\n"                                                                \
    "ldrd r12, lr, [r1, #(\\at) - eaten]\n"                                  \
    ".endif\n"                                                               \
    ".endm\n"

/* A word of weights of two channels in register W (w8, w8s), eaten by X. */
#define TINYTS_PANEL_ASM_EAT                                                 \
    ".macro eat x, w, s, t\n"                                                \
    "smlad \\t, \\x, \\w, \\t\n"                                             \
    "sxtb16 \\w, \\w\n"                                                      \
    "smlad \\s, \\x, \\w, \\s\n"                                             \
    ".endm\n"

/*
 * Bytes of code: of a word of input for eight and for four channels, of a pair of values
 * of two and of one pixel, of an output of one and of two pixels, and how much longer
 * that of an odd channel is. word_shift is log2 of the bytes of weights of eight channels
 * for a byte of input, scale_bytes a channel's constants, result_bytes an output.
 * skip_outputs turns r3 outputs that are not wanted, from the last, into bytes of code.
 */
#define TINYTS_PANEL_ASM_NUMBERS                                             \
    ".macro numbers bits, form\n"                                            \
    ".set word_bytes, 124\n"                                                 \
    ".set word4_bytes, 68\n"                                                 \
    ".set pair_bytes, 48\n"                                                  \
    ".set single_bytes, 28\n"                                                \
    ".set word_shift, 3\n"                                                   \
    ".set output_bytes, 32\n"                                                \
    ".set output2_bytes, 56\n"                                               \
    ".set odd_bytes, 4\n"                                                    \
    ".set odd2_bytes, 8\n"                                                   \
    ".set scale_bytes, 12\n"                                                 \
    ".ifc \\bits,w16\n"                                                      \
    ".set word_bytes, 108\n"                                                 \
    ".set word4_bytes, 60\n"                                                 \
    ".set pair_bytes, 44\n"                                                  \
    ".set single_bytes, 22\n"                                                \
    ".set word_shift, 4\n"                                                   \
    ".set output_bytes, 28\n"                                                \
    ".set output2_bytes, 48\n"                                               \
    ".set odd_bytes, 0\n"                                                    \
    ".set odd2_bytes, 0\n"                                                   \
    ".endif\n"                                                               \
    ".ifc \\bits,w8s\n"                                                      \
    ".set odd2_bytes, 20\n"                                                  \
    ".endif\n"                                                               \
    ".ifc \\form,clamp\n"                                                    \
    ".set output_bytes, output_bytes + 20\n"                                 \
    ".set output2_bytes, output2_bytes + 44\n"                               \
    ".endif\n"                                                               \
    ".ifc \\form,relu\n"                                                     \
    ".set output_bytes, output_bytes - 4\n"                                  \
    ".set output2_bytes, output2_bytes - 8\n"                                \
    ".endif\n"                                                               \
    ".ifc \\bits\\form,w16relu\n"                                            \
    ".set output_bytes, 16\n"                                                \
    ".set output2_bytes, 28\n"                                               \
    ".set scale_bytes, 8\n"                                                  \
    ".endif\n"                                                               \
    ".set result_bytes, 1\n"                                                 \
    ".ifc \\form,sum\n"                                                      \
    ".set output_bytes, 12\n"                                                \
    ".set scale_bytes, 0\n"                                                  \
    ".set result_bytes, 4\n"                                                 \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro skip_outputs bytes, odd\n"                                       \
    "mov.w lr, #\\bytes\n"                                                   \
    "mul lr, r3, lr\n"                                                       \
    "adds r3, #1\n"                                                          \
    "lsrs r3, r3, #1\n"                                                      \
    "mov.w r2, #\\odd\n"                                                     \
    "mla r3, r3, r2, lr\n"                                                   \
    ".endm\n"

/* Before a panel: its function NAME of the section of that name. */
#define TINYTS_PANEL_ASM_BEGIN(NAME, BITS, FORM, SHIFT)                      \
    ".syntax unified\n"                                                      \
    ".thumb\n"                                                               \
    TINYTS_PANEL_ASM_OUTPUT TINYTS_PANEL_ASM_WEIGHTS TINYTS_PANEL_ASM_EAT    \
    TINYTS_PANEL_ASM_NUMBERS                                                 \
    "numbers " BITS ", " FORM "\n"                                           \
    ".set relu_shift, " SHIFT "\n"                                           \
    ".section .text." NAME ",\"ax\",%progbits\n"                             \
    ".p2align 2\n"                                                           \
    ".global " NAME "\n"                                                     \
    ".type " NAME ", %function\n"                                            \
    ".thumb_func\n"                                                          \
    NAME ":\n"

/* Behind it. */
#define TINYTS_PANEL_ASM_END(NAME)                                           \
    ".ltorg\n"                                                               \
    ".size " NAME ", . - " NAME "\n"                                         \
    ".text\n"                                                                \
    ".purgem output\n"                                                       \
    ".purgem weights\n"                                                      \
    ".purgem double\n"                                                       \
    ".purgem finish\n"                                                       \
    ".purgem eat\n"                                                          \
    ".purgem numbers\n"                                                      \
    ".purgem skip_outputs\n"

#endif /* TINYTS_PANEL_ASM_H */
