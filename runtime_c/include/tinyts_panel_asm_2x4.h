/*
 * Panels of two pixels and four channels in assembly; see tinyts_panel_asm.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_2X4_H
#define TINYTS_PANEL_ASM_2X4_H

#include "tinyts_panel_asm.h"

/* Channel I of a group of four of two pixels, from registers S and T. */
#define TINYTS_PANEL_ASM_OUTPUT_2                                            \
    ".macro output2 bits, form, i, s, t, s2, t2\n"                           \
    ".ifnc \\bits,w16\n"                                                     \
    ".if (\\i) & 1\n"                                                        \
    "sub.w \\s, \\s, \\s2\n"                                                 \
    "sub.w \\t, \\t, \\t2\n"                                                 \
    "asr.w \\s, \\s, #7\n"                                                   \
    "asr.w \\t, \\t, #7\n"                                                   \
    ".ifc \\bits,w8s\n"                                                      \
    "ldrd r12, lr, [sp, #44 + 4 * (\\i) - 4]\n"                              \
    "add.w \\s, \\s, r12, lsl #1\n"                                          \
    "add.w \\t, \\t, lr, lsl #1\n"                                           \
    ".endif\n"                                                               \
    ".else\n"                                                                \
    "lsl.w \\s, \\s, #1\n"                                                   \
    "lsl.w \\t, \\t, #1\n"                                                   \
    ".endif\n"                                                               \
    ".endif\n"                                                               \
    "ldrd r12, lr, [r1, #8 * (\\i) - eaten]\n"                               \
    ".ifc \\bits\\form,w16relu\n"                                            \
    "smmla \\s, \\s, r12, lr\n"                                              \
    "smmla \\t, \\t, r12, lr\n"                                              \
    "ssat \\s, #8, \\s, asr #relu_shift\n"                                   \
    "ssat \\t, #8, \\t, asr #relu_shift\n"                                   \
    ".else\n"                                                                \
    ".ifc \\form,relu\n"                                                     \
    "smmlar \\s, \\s, r12, lr\n"                                             \
    "smmlar \\t, \\t, r12, lr\n"                                             \
    ".else\n"                                                                \
    "smmlar r3, \\s, r12, lr\n"                                              \
    "add.w \\s, r3, \\s, asr #31\n"                                          \
    "smmlar r3, \\t, r12, lr\n"                                              \
    "add.w \\t, r3, \\t, asr #31\n"                                          \
    ".endif\n"                                                               \
    "ldr.w r3, [r1, #32 + 4 * (\\i) - eaten]\n"                              \
    "asr.w \\s, \\s, r3\n"                                                   \
    "asr.w \\t, \\t, r3\n"                                                   \
    "ssat \\s, #8, \\s\n"                                                    \
    "ssat \\t, #8, \\t\n"                                                    \
    ".endif\n"                                                               \
    ".ifc \\form,clamp\n"                                                    \
    "ldrd r12, lr, [sp, #36]\n"                                              \
    "limit \\s\n"                                                            \
    "limit \\t\n"                                                            \
    ".endif\n"                                                               \
    "strb.w \\s, [r0, #\\i]\n"                                               \
    "strb.w \\t, [r2, #\\i]\n"                                               \
    ".endm\n"                                                                \
    ".macro limit s\n"                                                       \
    "cmp.w \\s, r12\n"                                                       \
    "it lt\n"                                                                \
    "movlt.w \\s, r12\n"                                                     \
    "cmp.w \\s, lr\n"                                                        \
    "it gt\n"                                                                \
    "movgt.w \\s, lr\n"                                                      \
    ".endm\n"

/* A pair of values of two pixels, four channels: 11 instructions with w16, 12 with w8. */
#define TINYTS_PANEL_ASM_PAIR                                                \
    ".macro pair bits, at\n"                                                 \
    ".ifeq (\\at) - 7\n"                                                     \
    "ldrd r2, r3, [r0], #64\n"                                               \
    ".else\n"                                                                \
    "ldrd r2, r3, [r0, #8 * (\\at) - 56]\n"                                  \
    ".endif\n"                                                               \
    ".ifc \\bits,w16\n"                                                      \
    "weights 16*(\\at)\n"                                                    \
    "smlad r4, r2, r12, r4\n"                                                \
    "smlad r8, r3, r12, r8\n"                                                \
    "smlad r5, r2, lr, r5\n"                                                 \
    "smlad r9, r3, lr, r9\n"                                                 \
    "weights 16*(\\at)+8\n"                                                  \
    "smlad r6, r2, r12, r6\n"                                                \
    "smlad r10, r3, r12, r10\n"                                              \
    "smlad r7, r2, lr, r7\n"                                                 \
    "smlad r11, r3, lr, r11\n"                                               \
    ".else\n"                                                                \
    "weights 8*(\\at)\n"                                                     \
    "smlad r5, r2, r12, r5\n"                                                \
    "smlad r9, r3, r12, r9\n"                                                \
    "sxtb16 r12, r12\n"                                                      \
    "smlad r4, r2, r12, r4\n"                                                \
    "smlad r8, r3, r12, r8\n"                                                \
    "smlad r7, r2, lr, r7\n"                                                 \
    "smlad r11, r3, lr, r11\n"                                               \
    "sxtb16 lr, lr\n"                                                        \
    "smlad r6, r2, lr, r6\n"                                                 \
    "smlad r10, r3, lr, r10\n"                                               \
    ".endif\n"                                                               \
    ".endm\n"

/*
 * A word of values of one pixel, four channels, at each even place: 11 instructions with
 * w16, 14 with w8. Both pointers move on with every load; the other pixel's values are
 * loaded and not used.
 */
#define TINYTS_PANEL_ASM_SINGLE                                              \
    ".macro single bits, at\n"                                               \
    ".ifeq (\\at) & 1\n"                                                     \
    "ldmia.w r0!, {r8-r11}\n"                                                \
    "ldmia.w r1!, {r2, r3, r12, lr}\n"                                       \
    ".ifc \\bits,w16\n"                                                      \
    "smlad r4, r8, r2, r4\n"                                                 \
    "smlad r5, r8, r3, r5\n"                                                 \
    "smlad r6, r8, r12, r6\n"                                                \
    "smlad r7, r8, lr, r7\n"                                                 \
    "ldmia.w r1!, {r2, r3, r12, lr}\n"                                       \
    "smlad r4, r10, r2, r4\n"                                                \
    "smlad r5, r10, r3, r5\n"                                                \
    "smlad r6, r10, r12, r6\n"                                               \
    "smlad r7, r10, lr, r7\n"                                                \
    ".else\n"                                                                \
    "eat r8, r2, r4, r5\n"                                                   \
    "eat r8, r3, r6, r7\n"                                                   \
    "eat r10, r12, r4, r5\n"                                                 \
    "eat r10, lr, r6, r7\n"                                                  \
    ".endif\n"                                                               \
    ".endif\n"                                                               \
    ".endm\n"

/* The frame's places of outputs, and the beginning of a group: it enters its first loop. */
#define TINYTS_PANEL_ASM_2X4_GROUP                                           \
    "ldr r1, [r0, #32]\n"                                                    \
    "str r1, [sp, #16]\n"                                                    \
    "ldr r1, [r0, #28]\n"                                                    \
    "str r1, [sp, #20]\n"                                                    \
    "ldr r1, [r0, #36]\n"                                                    \
    "str r1, [sp, #28]\n"                                                    \
    "ldr r1, [r0, #40]\n"                                                    \
    "str r1, [sp, #32]\n"                                                    \
    "ldr r1, [r0, #44]\n"                                                    \
    "str r1, [sp, #36]\n"                                                    \
    "ldr r1, [r0, #48]\n"                                                    \
    "str r1, [sp, #40]\n"                                                    \
    "ldr r1, [r0, #24]\n"                                                    \
    "2:\n"                                                                   \
    "ldrd r4, r5, [r1]\n"                                                    \
    "ldrd r6, r7, [r1, #8]\n"                                                \
    "ldrd r8, r9, [r1]\n"                                                    \
    "ldrd r10, r11, [r1, #8]\n"                                              \
    "ldrd r2, r3, [sp, #4]\n"                                                \
    "ldr r0, [sp, #24]\n"                                                    \
    "rsb.w r1, r2, r1\n"                                                     \
    "add.w r1, r1, #16 + eaten\n"                                            \
    "bx r3\n"                                                                \
    ".p2align 2\n"

/* Eight words, again and again, to the end that the frame holds at END. */
#define TINYTS_PANEL_ASM_2X4_LOOP(WORD, BITS, LABEL, END)                    \
    WORD " " BITS ", 0\n"                                                    \
    WORD " " BITS ", 1\n"                                                    \
    WORD " " BITS ", 2\n"                                                    \
    WORD " " BITS ", 3\n"                                                    \
    WORD " " BITS ", 4\n"                                                    \
    WORD " " BITS ", 5\n"                                                    \
    WORD " " BITS ", 6\n"                                                    \
    WORD " " BITS ", 7\n"                                                    \
    "ldr.w r12, [sp, #" END "]\n"                                            \
    "cmp r0, r12\n"                                                          \
    "bne.w " LABEL "b\n"

/* The results of a group of two pixels, and whether another follows. */
#define TINYTS_PANEL_ASM_2X4_RESULTS(BITS, FORM)                             \
    "ldrd r0, r3, [sp, #16]\n"                                               \
    "subs r3, #4\n"                                                          \
    "str r3, [sp, #20]\n"                                                    \
    "blt.w 7f\n"                                                             \
    "ldrd r2, r3, [sp, #28]\n"                                               \
    "add r2, r2, r0\n"                                                       \
    ".p2align 2\n"                                                           \
    "6:\n"                                                                   \
    "output2 " BITS ", " FORM ", 3, r7, r11, r6, r10\n"                      \
    "output2 " BITS ", " FORM ", 2, r6, r10, r6, r10\n"                      \
    "output2 " BITS ", " FORM ", 1, r5, r9, r4, r8\n"                        \
    "output2 " BITS ", " FORM ", 0, r4, r8, r4, r8\n"                        \
    "8:\n"                                                                   \
    "adds r0, #4\n"                                                          \
    "str r0, [sp, #16]\n"                                                    \
    "ldr r2, [sp, #20]\n"                                                    \
    "add.w r1, r1, #4 * scale_bytes - eaten\n"                               \
    "cmp r2, #0\n"                                                           \
    "bgt.w 2b\n"                                                             \
    "add sp, #frame\n"                                                       \
    "pop {r4-r11, pc}\n"                                                     \
    "7:\n"                                                                   \
    "rsb.w r3, r3, #0\n"                                                     \
    "skip_outputs output2_bytes, odd2_bytes\n"                               \
    "adr.w lr, 6b\n"                                                         \
    "add lr, lr, r3\n"                                                       \
    "orr lr, lr, #1\n"                                                       \
    "ldrd r2, r3, [sp, #28]\n"                                               \
    "add r2, r2, r0\n"                                                       \
    "bx lr\n"

/*
 * tinyts_panel_2x4_<bits>_<form>. Frame: 0 job, 4 bytes of stream that the first loop
 * skips, 8 where it begins, 12 where values end, 16 where the group's outputs go, 20
 * channels left, 24 where values begin less those skipped, 28 bytes to the next pixel's
 * output, 32 shift, 36 and 40 the activation.
 */
#define TINYTS_PANEL_ASM_2X4(NAME, BITS, FORM, SHIFT)                        \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, BITS, FORM, SHIFT)                  \
    TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_PAIR TINYTS_PANEL_ASM_SINGLE  \
    ".set eaten, (8 << word_shift) - 8\n"                                    \
    "push {r4-r11, lr}\n"                                                    \
    ".set frame, 44\n"                                                       \
    "sub sp, #frame\n"                                                       \
    "str r0, [sp, #0]\n"                                                     \
    "ldr r3, [r0, #0]\n"                                                     \
    "ldr r3, [r3]\n"                                                         \
    "adds r3, #56\n"                                                         \
    "ldr r1, [r0, #8]\n"                                                     \
    "lsls r1, r1, #1\n"                                                      \
    "rsb r2, r1, #0\n"                                                       \
    "and r2, r2, #7\n"                                                       \
    "add.w r12, r3, r1, lsl #3\n"                                            \
    "str.w r12, [sp, #12]\n"                                                 \
    "sub.w r3, r3, r2, lsl #3\n"                                             \
    "str r3, [sp, #24]\n"                                                    \
    "lsl.w r3, r2, #word_shift\n"                                            \
    "str r3, [sp, #4]\n"                                                     \
    "ldr r3, [r0, #16]\n"                                                    \
    "cmp r3, #1\n"                                                           \
    "beq 10f\n"                                                              \
    "movs r3, #pair_bytes\n"                                                 \
    "mul r2, r2, r3\n"                                                       \
    "adr.w r3, 4f\n"                                                         \
    "b 11f\n"                                                                \
    "10:\n" /* pointers of one pixel begin where the values and weights do */ \
    "ldr r3, [sp, #12]\n"                                                    \
    "subs r3, #56\n"                                                         \
    "str r3, [sp, #12]\n"                                                    \
    "ldr r3, [r0, #0]\n"                                                     \
    "ldr r3, [r3]\n"                                                         \
    "str r3, [sp, #24]\n"                                                    \
    "movs r3, #eaten\n"                                                      \
    "str r3, [sp, #4]\n"                                                     \
    "movs r3, #single_bytes\n"                                               \
    "mul r2, r2, r3\n"                                                       \
    "adr.w r3, 14f\n"                                                        \
    "11:\n"                                                                  \
    "add r2, r2, r3\n"                                                       \
    "orr r2, r2, #1\n"                                                       \
    "str r2, [sp, #8]\n"                                                     \
    TINYTS_PANEL_ASM_2X4_GROUP                                               \
    "4:\n"                                                                   \
    TINYTS_PANEL_ASM_2X4_LOOP("pair", BITS, "4", "12")                       \
    TINYTS_PANEL_ASM_2X4_RESULTS(BITS, FORM)                                 \
    ".p2align 2\n"                                                           \
    "14:\n"                                                                  \
    TINYTS_PANEL_ASM_2X4_LOOP("single", BITS, "14", "12")                    \
    "add.w r1, r1, #eaten\n"                                                 \
    "ldrd r0, r3, [sp, #16]\n"                                               \
    "subs r3, #4\n"                                                          \
    "str r3, [sp, #20]\n"                                                    \
    "rsb.w r3, r3, #0\n"                                                     \
    "bic.w r3, r3, r3, asr #31\n"                                            \
    "skip_outputs output_bytes, odd_bytes\n"                                 \
    "adr.w lr, 16f\n"                                                        \
    "add lr, lr, r3\n"                                                       \
    "orr lr, lr, #1\n"                                                       \
    "ldr r2, [sp, #36]\n"                                                    \
    "ldr r3, [sp, #40]\n"                                                    \
    "bx lr\n"                                                                \
    ".p2align 2\n"                                                           \
    "16:\n"                                                                  \
    "output " BITS ", " FORM ", 4, 3, r7, r6, r0, 3\n"                       \
    "output " BITS ", " FORM ", 4, 2, r6, r6, r0, 2\n"                       \
    "output " BITS ", " FORM ", 4, 1, r5, r4, r0, 1\n"                       \
    "output " BITS ", " FORM ", 4, 0, r4, r4, r0, 0\n"                       \
    "b 8b\n"                                                                 \
    ".purgem output2\n"                                                      \
    ".purgem limit\n"                                                        \
    ".purgem pair\n"                                                         \
    ".purgem single\n"                                                       \
    TINYTS_PANEL_ASM_END(NAME))

#endif /* TINYTS_PANEL_ASM_2X4_H */
