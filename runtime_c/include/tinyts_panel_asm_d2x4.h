/*
 * Panels of two pixels and four channels straight from the input, in assembly; see
 * tinyts_panel_asm.h. For few channels at a time, where widening first is not worth it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_D2X4_H
#define TINYTS_PANEL_ASM_D2X4_H

#include "tinyts_panel_asm_2x4.h"

/*
 * One word of the input of two pixels, four channels: 30 instructions. r1 points two
 * words before the weights, then before the next ones.
 */
#define TINYTS_PANEL_ASM_BOTH                                                \
    ".macro both\n"                                                          \
    "ldr.w r12, [sp, #4]\n"                                                  \
    "ldr.w r2, [r0]\n"                                                       \
    "ldr.w r3, [r0, r12]\n"                                                  \
    "sxtb16 r2, r2\n"                                                        \
    "sxtb16 r3, r3\n"                                                        \
    "four 8\n"                                                               \
    "ldr.w r12, [sp, #4]\n"                                                  \
    "ldr.w r3, [r0, r12]\n"                                                  \
    "ldr.w r2, [r0], #4\n"                                                   \
    "sxtb16 r2, r2, ror #8\n"                                                \
    "sxtb16 r3, r3, ror #8\n"                                                \
    "four 24\n"                                                              \
    ".endm\n"                                                                \
    ".macro four at\n"                                                       \
    "ldrd r12, lr, [r1, #\\at]\n"                                            \
    "smlad r4, r2, r12, r4\n"                                                \
    "smlad r8, r3, r12, r8\n"                                                \
    "smlad r5, r2, lr, r5\n"                                                 \
    "smlad r9, r3, lr, r9\n"                                                 \
    ".ifeq (\\at) - 24\n"                                                    \
    "ldrd r12, lr, [r1, #\\at + 8]!\n"                                       \
    ".else\n"                                                                \
    "ldrd r12, lr, [r1, #\\at + 8]\n"                                        \
    ".endif\n"                                                               \
    "smlad r6, r2, r12, r6\n"                                                \
    "smlad r10, r3, r12, r10\n"                                              \
    "smlad r7, r2, lr, r7\n"                                                 \
    "smlad r11, r3, lr, r11\n"                                               \
    ".endm\n"

/*
 * tinyts_panel_d2x4_w16_<form>. Frame: 0 job, 4 bytes from the first pixel's input to the
 * second's, 8 the first's input, 12 its end, 16 where the group's outputs go, 20 channels
 * left, 24 the first pixel's output, 28 bytes to the second's, 36 and 40 the activation,
 * 44 pixels left, 48 bytes of a pixel's input.
 */
#define TINYTS_PANEL_ASM_D2X4(NAME, FORM, SHIFT)                             \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, "w16", FORM, SHIFT)                 \
    TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_BOTH                          \
    ".set eaten, -8\n"                                                       \
    "push {r4-r11, lr}\n"                                                    \
    "sub sp, #52\n"                                                          \
    "str r0, [sp, #0]\n"                                                     \
    "ldr r1, [r0, #0]\n"                                                     \
    "ldr r1, [r1]\n"                                                         \
    "ldr r2, [r0, #20]\n"                                                    \
    "strd r2, r1, [sp, #4]\n"                                                \
    "ldrd r1, r2, [r0, #32]\n"                                               \
    "strd r1, r2, [sp, #24]\n"                                               \
    "ldrd r1, r2, [r0, #44]\n"                                               \
    "strd r1, r2, [sp, #36]\n"                                               \
    "ldr r1, [r0, #16]\n"                                                    \
    "ldr r2, [r0, #8]\n"                                                     \
    "lsls r2, r2, #2\n"                                                      \
    "strd r1, r2, [sp, #44]\n"                                               \
    "1:\n" /* two pixels, or the last one twice */                           \
    "ldrd r1, r3, [sp, #44]\n"                                               \
    "subs r1, #2\n"                                                          \
    "str r1, [sp, #44]\n"                                                    \
    "bge 3f\n"                                                               \
    "movs r2, #0\n"                                                          \
    "str r2, [sp, #4]\n"                                                     \
    "str r2, [sp, #28]\n"                                                    \
    "3:\n"                                                                   \
    "ldr r2, [sp, #8]\n"                                                     \
    "add r3, r3, r2\n"                                                       \
    "ldr r2, [sp, #24]\n"                                                    \
    "strd r3, r2, [sp, #12]\n"                                               \
    "ldrd r1, r3, [r0, #24]\n"                                               \
    "str r3, [sp, #20]\n"                                                    \
    "2:\n" /* a group of channels */                                         \
    "ldrd r4, r5, [r1]\n"                                                    \
    "ldrd r6, r7, [r1, #8]\n"                                                \
    "ldrd r8, r9, [r1], #8\n"                                                \
    "ldrd r10, r11, [r1]\n"                                                  \
    "ldr r0, [sp, #8]\n"                                                     \
    "4:\n"                                                                   \
    "both\n"                                                                 \
    "ldr.w r12, [sp, #12]\n"                                                 \
    "cmp r0, r12\n"                                                          \
    "bne.w 4b\n"                                                             \
    "ldrd r0, r3, [sp, #16]\n"                                               \
    "ldr r2, [sp, #28]\n"                                                    \
    "add r2, r2, r0\n"                                                       \
    "subs r3, #4\n"                                                          \
    "str r3, [sp, #20]\n"                                                    \
    "blt.w 7f\n"                                                             \
    ".p2align 2\n"                                                           \
    "6:\n"                                                                   \
    "output2 w16, " FORM ", 3, r7, r11, r6, r10\n"                           \
    "output2 w16, " FORM ", 2, r6, r10, r6, r10\n"                           \
    "output2 w16, " FORM ", 1, r5, r9, r4, r8\n"                             \
    "output2 w16, " FORM ", 0, r4, r8, r4, r8\n"                             \
    "adds r0, #4\n"                                                          \
    "str r0, [sp, #16]\n"                                                    \
    "ldr r2, [sp, #20]\n"                                                    \
    "add.w r1, r1, #4 * scale_bytes - eaten\n"                               \
    "cmp r2, #0\n"                                                           \
    "bgt.w 2b\n"                                                             \
    "ldr r1, [sp, #44]\n"                                                    \
    "cmp r1, #0\n"                                                           \
    "ble 9f\n"                                                               \
    "ldrd r2, r3, [sp, #4]\n"                                                \
    "add.w r3, r3, r2, lsl #1\n"                                             \
    "str r3, [sp, #8]\n"                                                     \
    "ldrd r2, r3, [sp, #24]\n"                                               \
    "add.w r2, r2, r3, lsl #1\n"                                             \
    "str r2, [sp, #24]\n"                                                    \
    "ldr r0, [sp, #0]\n"                                                     \
    "b.w 1b\n"                                                               \
    "9:\n"                                                                   \
    "add sp, #52\n"                                                          \
    "pop {r4-r11, pc}\n"                                                     \
    "7:\n"                                                                   \
    "rsb.w r3, r3, #0\n"                                                     \
    "skip_outputs output2_bytes, odd2_bytes\n"                               \
    "adr.w lr, 6b\n"                                                         \
    "add lr, lr, r3\n"                                                       \
    "orr lr, lr, #1\n"                                                       \
    "ldr r2, [sp, #28]\n"                                                    \
    "add r2, r2, r0\n"                                                       \
    "bx lr\n"                                                                \
    ".purgem output2\n"                                                      \
    ".purgem limit\n"                                                        \
    ".purgem both\n.purgem four\n"                                                         \
    TINYTS_PANEL_ASM_END(NAME))

#endif /* TINYTS_PANEL_ASM_D2X4_H */
