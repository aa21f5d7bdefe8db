/*
 * A panel of two pixels and four channels straight from the input, in assembly, for a few
 * words of a window: their number and the distance of pixels are constants of the code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_F2X4_H
#define TINYTS_PANEL_ASM_F2X4_H

#include "tinyts_panel_asm.h"

/* A word of the input of two pixels, four channels: 28 instructions. */
#define TINYTS_PANEL_ASM_F2X4_WORD                                           \
    ".macro word at, next\n"                                                 \
    "ldr.w r2, [r0, #\\at]\n"                                                \
    "ldr.w r3, [r0, #\\next]\n"                                              \
    "sxtb16 r2, r2\n"                                                        \
    "sxtb16 r3, r3\n"                                                        \
    "four\n"                                                                 \
    "ldr.w r2, [r0, #\\at]\n"                                                \
    "ldr.w r3, [r0, #\\next]\n"                                              \
    "sxtb16 r2, r2, ror #8\n"                                                \
    "sxtb16 r3, r3, ror #8\n"                                                \
    "four\n"                                                                 \
    ".endm\n"                                                                \
    ".macro four\n"                                                          \
    "ldrd r12, lr, [r1], #8\n"                                               \
    "smlad r4, r2, r12, r4\n"                                                \
    "smlad r8, r3, r12, r8\n"                                                \
    "smlad r5, r2, lr, r5\n"                                                 \
    "smlad r9, r3, lr, r9\n"                                                 \
    "ldrd r12, lr, [r1], #8\n"                                               \
    "smlad r6, r2, r12, r6\n"                                                \
    "smlad r10, r3, r12, r10\n"                                              \
    "smlad r7, r2, lr, r7\n"                                                 \
    "smlad r11, r3, lr, r11\n"                                               \
    ".endm\n"                                                                \
    ".macro result i, s, t\n" /* 28 bytes */                                 \
    "ldrd r12, lr, [r1, #8 * (\\i)]\n"                                       \
    "smmla \\s, \\s, r12, lr\n"                                              \
    "smmla \\t, \\t, r12, lr\n"                                              \
    "ssat \\s, #8, \\s, asr #relu_shift\n"                                   \
    "ssat \\t, #8, \\t, asr #relu_shift\n"                                   \
    "strb.w \\s, [r2, #\\i]\n"                                               \
    "strb.w \\t, [r3, #\\i]\n"                                               \
    ".endm\n"

/*
 * tinyts_panel_kernel NAME of the form relu with weights of 16 bits. Groups are outside,
 * pixels inside; of an odd number, two at least, the last but one is computed twice.
 * Frame: 0 and 4 the outputs of two pixels, 8 bytes to those of the next two, 12 the
 * group's stream, 16 where input of whole pairs ends, 20 where results begin, 24 channels
 * left, 28 job, 32 the end of input, 36 the group's first output.
 */
#define TINYTS_PANEL_ASM_F2X4(NAME, SHIFT, WORDS, STEP)                      \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, "w16", "relu", SHIFT)               \
    TINYTS_PANEL_ASM_F2X4_WORD                                               \
    ".set step, " STEP "\n"                                                  \
    "push {r4-r11, lr}\n"                                                    \
    "sub sp, #44\n"                                                          \
    "str r0, [sp, #28]\n"                                                    \
    "ldrd r1, r2, [r0, #24]\n"                                               \
    "str r1, [sp, #12]\n"                                                    \
    "str r2, [sp, #24]\n"                                                    \
    "ldrd r1, r3, [r0, #32]\n"                                               \
    "str r1, [sp, #36]\n"                                                    \
    "lsls r3, r3, #1\n"                                                      \
    "str r3, [sp, #8]\n"                                                     \
    "1:\n" /* a group of channels */                                         \
    "subs r2, #4\n"                                                          \
    "str r2, [sp, #24]\n"                                                    \
    "and.w r2, r2, r2, asr #31\n"                                            \
    "mov.w r3, #-28\n"                                                       \
    "mul r2, r2, r3\n"                                                       \
    "adr.w r3, 6f\n"                                                         \
    "add r2, r2, r3\n"                                                       \
    "orr r2, r2, #1\n"                                                       \
    "str r2, [sp, #20]\n"                                                    \
    "ldr r12, [sp, #28]\n"                                                   \
    "ldr.w r0, [r12, #0]\n"                                                  \
    "ldr r0, [r0]\n"                                                         \
    "ldr.w r3, [r12, #16]\n"                                                 \
    "movw r4, #step\n"                                                       \
    "mla r5, r3, r4, r0\n"                                                   \
    "str r5, [sp, #32]\n"                                                    \
    "lsls r3, r3, #31\n"                                                     \
    "it ne\n"                                                                \
    "subne.w r5, r5, r4\n"                                                   \
    "str r5, [sp, #16]\n"                                                    \
    "ldr r2, [sp, #36]\n"                                                    \
    "ldr.w r3, [r12, #36]\n"                                                 \
    "add r3, r3, r2\n"                                                       \
    "strd r2, r3, [sp]\n"                                                    \
    "2:\n" /* two pixels */                                                  \
    "ldr r1, [sp, #12]\n"                                                    \
    "ldrd r4, r5, [r1]\n"                                                    \
    "ldrd r6, r7, [r1, #8]\n"                                                \
    "ldrd r8, r9, [r1], #8\n"                                                \
    "ldrd r10, r11, [r1], #8\n"                                              \
    ".set at, 0\n"                                                           \
    ".rept " WORDS "\n"                                                      \
    "word at, at + step\n"                                                   \
    ".set at, at + 4\n"                                                      \
    ".endr\n"                                                                \
    "ldr.w r12, [sp, #20]\n"                                                 \
    "ldrd r2, r3, [sp]\n"                                                    \
    "bx r12\n"                                                               \
    ".p2align 2\n"                                                           \
    "6:\n"                                                                   \
    "result 3, r7, r11\n"                                                    \
    "result 2, r6, r10\n"                                                    \
    "result 1, r5, r9\n"                                                     \
    "result 0, r4, r8\n"                                                     \
    "ldr.w r12, [sp, #8]\n"                                                  \
    "add r2, r2, r12\n"                                                      \
    "add r3, r3, r12\n"                                                      \
    "strd r2, r3, [sp]\n"                                                    \
    "addw r0, r0, #2 * step\n"                                               \
    "ldr.w r12, [sp, #16]\n"                                                 \
    "cmp r0, r12\n"                                                          \
    "bne.w 2b\n"                                                             \
    "ldr.w r12, [sp, #32]\n"                                                 \
    "cmp r0, r12\n"                                                          \
    "beq 3f\n"                                                               \
    "str.w r12, [sp, #16]\n"                                                 \
    "subw r0, r0, #step\n"                                                   \
    "ldr.w r12, [sp, #8]\n"                                                  \
    "sub.w r2, r2, r12, lsr #1\n"                                            \
    "sub.w r3, r3, r12, lsr #1\n"                                            \
    "strd r2, r3, [sp]\n"                                                    \
    "b.w 2b\n"                                                               \
    "3:\n"                                                                   \
    "ldr r3, [sp, #36]\n"                                                    \
    "adds r3, #4\n"                                                          \
    "str r3, [sp, #36]\n"                                                    \
    "adds r1, #32\n"                                                         \
    "str r1, [sp, #12]\n"                                                    \
    "ldr r2, [sp, #24]\n"                                                    \
    "cmp r2, #0\n"                                                           \
    "bgt.w 1b\n"                                                             \
    "add sp, #44\n"                                                          \
    "pop {r4-r11, pc}\n"                                                     \
    ".purgem word\n"                                                         \
    ".purgem four\n"                                                         \
    ".purgem result\n"                                                       \
    TINYTS_PANEL_ASM_END(NAME))

#endif /* TINYTS_PANEL_ASM_F2X4_H */
