/*
 * Words of the input of one pixel eaten by eight or four channels, in assembly; see
 * tinyts_panel_asm_1x8.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_1X8_WORDS_H
#define TINYTS_PANEL_ASM_1X8_WORDS_H

#include "tinyts_panel_asm.h"

/* One word of the input, four channels: 15 instructions with w16, 17 with w8. */
#define TINYTS_PANEL_ASM_WORD_1X4                                            \
    ".macro word4 bits, at\n"                                                \
    ".ifeq (\\at) - 3\n"                                                     \
    "ldr.w r3, [r0], #16\n"                                                  \
    ".else\n"                                                                \
    "ldr.w r3, [r0, #4 * (\\at) - 12]\n"                                     \
    ".endif\n"                                                               \
    "sxtb16 r2, r3\n"                                                        \
    "sxtb16 r3, r3, ror #8\n"                                                \
    ".ifc \\bits,w16\n"                                                      \
    "half4 r2, 32*(\\at)\n"                                                  \
    "half4 r3, 32*(\\at)+16\n"                                               \
    ".else\n"                                                                \
    "half84 r2, 16*(\\at)\n"                                                 \
    "half84 r3, 16*(\\at)+8\n"                                               \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro half4 x, at\n"                                                   \
    "weights \\at\n"                                                         \
    "smlad r4, \\x, r12, r4\n"                                               \
    "smlad r5, \\x, lr, r5\n"                                                \
    "weights \\at+8\n"                                                       \
    "smlad r6, \\x, r12, r6\n"                                               \
    "smlad r7, \\x, lr, r7\n"                                                \
    ".endm\n"                                                                \
    ".macro half84 x, at\n"                                                  \
    "weights \\at\n"                                                         \
    "eat \\x, r12, r4, r5\n"                                                 \
    "eat \\x, lr, r6, r7\n"                                                  \
    ".endm\n"

/* The same for eight channels: 27 instructions with w16, 31 with w8. */
#define TINYTS_PANEL_ASM_WORD_1X8                                            \
    ".macro word bits, at\n"                                                 \
    ".ifeq (\\at) - 3\n"                                                     \
    "ldr.w r3, [r0], #16\n"                                                  \
    ".else\n"                                                                \
    "ldr.w r3, [r0, #4 * (\\at) - 12]\n"                                     \
    ".endif\n"                                                               \
    "sxtb16 r2, r3\n"                                                        \
    "sxtb16 r3, r3, ror #8\n"                                                \
    ".ifc \\bits,w16\n"                                                      \
    "half r2, 64*(\\at)\n"                                                   \
    "half r3, 64*(\\at)+32\n"                                                \
    ".else\n"                                                                \
    "half8 r2, 32*(\\at)\n"                                                  \
    "half8 r3, 32*(\\at)+16\n"                                               \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro half x, at\n"                                                    \
    "half4 \\x, \\at\n"                                                      \
    "weights \\at+16\n"                                                      \
    "smlad r8, \\x, r12, r8\n"                                               \
    "smlad r9, \\x, lr, r9\n"                                                \
    "weights \\at+24\n"                                                      \
    "smlad r10, \\x, r12, r10\n"                                             \
    "smlad r11, \\x, lr, r11\n"                                              \
    ".endm\n"                                                                \
    ".macro half8 x, at\n"                                                   \
    "half84 \\x, \\at\n"                                                     \
    "weights \\at+8\n"                                                       \
    "eat \\x, r12, r8, r9\n"                                                 \
    "eat \\x, lr, r10, r11\n"                                                \
    ".endm\n"

/*
 * With w8s: the sums of odd channels, to which those of a run are added behind it. The
 * registers S and U are of even channels, T and V of odd ones.
 */
#define TINYTS_PANEL_ASM_ODD_SUMS                                            \
    ".macro begin bits, s, t, at\n"                                          \
    ".ifc \\bits,w8s\n"                                                      \
    "strd \\s, \\t, [sp, #odd_sums + \\at]\n"                                \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro flush4 bits, s, t, u, v, at\n"                                   \
    ".ifc \\bits,w8s\n"                                                      \
    "sub.w \\t, \\t, \\s\n"                                                  \
    "sub.w \\v, \\v, \\u\n"                                                  \
    "ldrd r2, r3, [sp, #odd_sums + \\at]\n"                                  \
    "add.w r2, r2, \\t, asr #8\n"                                            \
    "add.w r3, r3, \\v, asr #8\n"                                            \
    "strd r2, r3, [sp, #odd_sums + \\at]\n"                                  \
    "mov \\t, \\s\n"                                                         \
    "mov \\v, \\u\n"                                                         \
    ".endif\n"                                                               \
    ".endm\n"                                                                \
    ".macro flush bits\n"                                                    \
    "flush4 \\bits, r4, r5, r6, r7, 0\n"                                     \
    "flush4 \\bits, r8, r9, r10, r11, 8\n"                                   \
    ".endm\n"

#endif /* TINYTS_PANEL_ASM_1X8_WORDS_H */
