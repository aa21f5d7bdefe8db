/*
 * Panels of two pixels and four channels in assembly that eat windows in two parts, so
 * that sums of two channels fit into one register: the second part is words / 2 words,
 * rounded down to a multiple of 4. Two pixels always.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_2X4_PARTS_H
#define TINYTS_PANEL_ASM_2X4_PARTS_H

#include "tinyts_panel_asm_2x4.h"

/*
 * As TINYTS_PANEL_ASM_2X4. Frame: 44 the sums of odd channels of the first part, 60 where
 * values end.
 */
#define TINYTS_PANEL_ASM_2X4_PARTS(NAME, BITS, FORM, SHIFT)                  \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, BITS, FORM, SHIFT)                  \
    TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_PAIR                          \
    ".set eaten, (8 << word_shift) - 8\n"                                    \
    "push {r4-r11, lr}\n"                                                    \
    ".set frame, 68\n"                                                       \
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
    "str.w r12, [sp, #60]\n"                                                 \
    "lsrs r4, r1, #2\n"                                                      \
    "bic r4, r4, #3\n"                                                       \
    "sub.w r12, r12, r4, lsl #4\n"                                           \
    "str.w r12, [sp, #12]\n"                                                 \
    "sub.w r3, r3, r2, lsl #3\n"                                             \
    "str r3, [sp, #24]\n"                                                    \
    "lsl.w r3, r2, #word_shift\n"                                            \
    "str r3, [sp, #4]\n"                                                     \
    "movs r3, #pair_bytes\n"                                                 \
    "mul r2, r2, r3\n"                                                       \
    "adr.w r3, 4f\n"                                                         \
    "add r2, r2, r3\n"                                                       \
    "orr r2, r2, #1\n"                                                       \
    "str r2, [sp, #8]\n"                                                     \
    TINYTS_PANEL_ASM_2X4_GROUP                                               \
    "4:\n"                                                                   \
    TINYTS_PANEL_ASM_2X4_LOOP("pair", BITS, "4", "12")                       \
    "sub r5, r5, r4\n"                                                       \
    "sub r9, r9, r8\n"                                                       \
    "asr.w r5, r5, #8\n"                                                     \
    "asr.w r9, r9, #8\n"                                                     \
    "strd r5, r9, [sp, #44]\n"                                               \
    "sub r7, r7, r6\n"                                                       \
    "sub r11, r11, r10\n"                                                    \
    "asr.w r7, r7, #8\n"                                                     \
    "asr.w r11, r11, #8\n"                                                   \
    "strd r7, r11, [sp, #52]\n"                                              \
    "mov r5, r4\n"                                                           \
    "mov r7, r6\n"                                                           \
    "mov r9, r8\n"                                                           \
    "mov r11, r10\n"                                                         \
    "24:\n"                                                                  \
    TINYTS_PANEL_ASM_2X4_LOOP("pair", BITS, "24", "60")                      \
    TINYTS_PANEL_ASM_2X4_RESULTS(BITS, FORM)                                 \
    ".purgem output2\n"                                                      \
    ".purgem limit\n"                                                        \
    ".purgem pair\n"                                                         \
    TINYTS_PANEL_ASM_END(NAME))

#endif /* TINYTS_PANEL_ASM_2X4_PARTS_H */
