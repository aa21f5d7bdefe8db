/*
 * Panels of two pixels and four channels in assembly whose sums began with other parts of
 * the windows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_S2X4_H
#define TINYTS_PANEL_ASM_S2X4_H

#include "tinyts_panel_asm_2x4.h"

/* The sums of a group go back to where they came from. */
#define TINYTS_PANEL_ASM_S2X4_SUMS                                           \
    "ldr r2, [sp, #44]\n"                                                    \
    "strd r4, r5, [r2], #8\n"                                                \
    "strd r6, r7, [r2], #8\n"                                                \
    "strd r8, r9, [r2], #8\n"                                                \
    "strd r10, r11, [r2], #8\n"                                              \
    "str r2, [sp, #44]\n"                                                    \
    "ldr r3, [sp, #20]\n"                                                    \
    "subs r3, #4\n"                                                          \
    "str r3, [sp, #20]\n"                                                    \
    "bgt.w 2b\n"                                                             \
    "add sp, #frame\n"                                                       \
    "pop {r4-r11, pc}\n"

/*
 * tinyts_panel_s2x4_<bits>_<form>, END what follows the last pair of a group. Frame: as
 * TINYTS_PANEL_ASM_2X4, then 44 the group's sums, 48 bytes of stream between groups, less
 * those that END has passed.
 */
#define TINYTS_PANEL_ASM_S2X4_BY(NAME, BITS, FORM, SHIFT, END)               \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, BITS, FORM, SHIFT)                  \
    TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_PAIR                          \
    ".set eaten, (8 << word_shift) - 8\n"                                    \
    "push {r4-r11, lr}\n"                                                    \
    ".set frame, 52\n"                                                       \
    "sub sp, #frame\n"                                                       \
    "str r0, [sp, #0]\n"                                                     \
    "ldr r3, [r0, #0]\n"                                                     \
    "ldrd r3, r2, [r3]\n"                                                    \
    "str r2, [sp, #44]\n"                                                    \
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
    "movs r3, #pair_bytes\n"                                                 \
    "mul r2, r2, r3\n"                                                       \
    "adr.w r3, 4f\n"                                                         \
    "add r2, r2, r3\n"                                                       \
    "orr r2, r2, #1\n"                                                       \
    "str r2, [sp, #8]\n"                                                     \
    "ldr r1, [r0, #32]\n"                                                    \
    "str r1, [sp, #16]\n"                                                    \
    "ldr r1, [r0, #28]\n"                                                    \
    "str r1, [sp, #20]\n"                                                    \
    "ldr r1, [r0, #36]\n"                                                    \
    "str r1, [sp, #28]\n"                                                    \
    "ldr r1, [r0, #44]\n"                                                    \
    "str r1, [sp, #36]\n"                                                    \
    "ldr r1, [r0, #48]\n"                                                    \
    "str r1, [sp, #40]\n"                                                    \
    "ldr r1, [r0, #20]\n"                                                    \
    ".ifc " FORM ",sum\n"                                                    \
    "sub.w r1, r1, #eaten\n"                                                 \
    ".else\n"                                                                \
    "sub.w r1, r1, #4 * scale_bytes\n"                                       \
    ".endif\n"                                                               \
    "str r1, [sp, #48]\n"                                                    \
    "ldr r1, [r0, #24]\n"                                                    \
    "b 3f\n"                                                                 \
    "2:\n"                                                                   \
    "ldr r3, [sp, #48]\n"                                                    \
    "add r1, r1, r3\n"                                                       \
    "3:\n"                                                                   \
    "ldr r2, [sp, #44]\n"                                                    \
    "ldrd r4, r5, [r2]\n"                                                    \
    "ldrd r6, r7, [r2, #8]\n"                                                \
    "ldrd r8, r9, [r2, #16]\n"                                               \
    "ldrd r10, r11, [r2, #24]\n"                                             \
    ".ifnc " FORM ",sum\n"                                                   \
    "adds r2, #32\n"                                                         \
    "str r2, [sp, #44]\n"                                                    \
    ".endif\n"                                                               \
    "ldrd r2, r3, [sp, #4]\n"                                                \
    "ldr r0, [sp, #24]\n"                                                    \
    "rsb.w r1, r2, r1\n"                                                     \
    "add.w r1, r1, #eaten\n"                                                 \
    "bx r3\n"                                                                \
    ".p2align 2\n"                                                           \
    "4:\n"                                                                   \
    TINYTS_PANEL_ASM_2X4_LOOP("pair", BITS, "4", "12")                       \
    END                                                                      \
    ".purgem output2\n"                                                      \
    ".purgem limit\n"                                                        \
    ".purgem pair\n"                                                         \
    ".purgem single\n"                                                       \
    TINYTS_PANEL_ASM_END(NAME))

#define TINYTS_PANEL_ASM_S2X4(NAME, BITS, FORM, SHIFT)                       \
    TINYTS_PANEL_ASM_S2X4_BY(NAME, BITS, FORM, SHIFT,                        \
                             TINYTS_PANEL_ASM_2X4_RESULTS(BITS, FORM))

#define TINYTS_PANEL_ASM_S2X4_SUM(NAME, BITS)                                \
    TINYTS_PANEL_ASM_S2X4_BY(NAME, BITS, "sum", "0", TINYTS_PANEL_ASM_S2X4_SUMS)

#endif /* TINYTS_PANEL_ASM_S2X4_H */
