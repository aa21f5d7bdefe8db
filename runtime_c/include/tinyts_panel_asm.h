/*
 * Panels in assembly for Armv7E-M: what tinyts_panel_twin.h says, by the same streams.
 *
 * Fourteen registers hold eight sums, two pointers, two pairs of input values and two
 * words of weights; everything else is reloaded from the job between loops. Loops are
 * unrolled and entered in the middle, so that any number of words will do. LDRD reads
 * streams and scratch alone, which are aligned; input may lie anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_H
#define TINYTS_PANEL_ASM_H

#include "tinyts_panel.h"

/*
 * The epilogue of one sum: channel I of a group of G, requantized from register S (with
 * w8 that of an odd channel holds 256 times its sum and that of the even one below it)
 * and stored. r1: constants. The form relu with w16 shifts by the constant relu_shift.
 */
#define TINYTS_PANEL_ASM_OUTPUT                               \
    ".macro output bits, form, g, i, s, below, base, at\n"    \
    ".ifc \\bits,w8\n"                                        \
    ".if (\\i) & 1\n"                                         \
    "sub.w \\s, \\s, \\below\n"                               \
    "asr.w \\s, \\s, #7\n"                                    \
    ".else\n"                                                 \
    "lsl.w \\s, \\s, #1\n"                                    \
    ".endif\n"                                                \
    ".endif\n"                                                \
    "ldrd r12, lr, [r1, #8 * (\\i)]\n"                        \
    "finish \\bits, \\form, \\g, \\i, \\s, \\base, \\at\n"    \
    ".endm\n"                                                 \
    ".macro finish bits, form, g, i, s, base, at\n"           \
    ".ifc \\bits\\form,w16relu\n"                             \
    "smmla r12, \\s, r12, lr\n"                               \
    "ssat r12, #8, r12, asr #relu_shift\n"                    \
    ".else\n"                                                 \
    "smmlar r12, \\s, r12, lr\n"                              \
    ".ifnc \\form,relu\n"                                     \
    "add.w r12, r12, \\s, asr #31\n"                          \
    ".endif\n"                                                \
    "ldr.w lr, [r1, #8 * (\\g) + 4 * (\\i)]\n"                \
    "asr.w r12, r12, lr\n"                                    \
    "ssat r12, #8, r12\n"                                     \
    ".endif\n"                                                \
    ".ifc \\form,clamp\n"                                     \
    "cmp.w r12, r2\n"                                         \
    "it lt\n"                                                 \
    "movlt.w r12, r2\n"                                       \
    "cmp.w r12, r3\n"                                         \
    "it gt\n"                                                 \
    "movgt.w r12, r3\n"                                       \
    ".endif\n"                                                \
    "strb.w r12, [\\base, #\\at]\n"                           \
    ".endm\n"

/* A word of weights for one channel (w16) or two (w8) in register W, eaten by `x`. */
#define TINYTS_PANEL_ASM_EAT                    \
    ".macro eat bits, x, w, s, t\n"             \
    ".ifc \\bits,w16\n"                         \
    "smlad \\s, \\x, \\w, \\s\n"                \
    ".else\n"                                   \
    "smlad \\t, \\x, \\w, \\t\n"                \
    "sxtb16 \\w, \\w\n"                         \
    "smlad \\s, \\x, \\w, \\s\n"                \
    ".endif\n"                                  \
    ".endm\n"

/* One word of the input, eight channels: 27 instructions with w16, 31 with w8. */
#define TINYTS_PANEL_ASM_WORD_1X8               \
    ".macro word bits, at\n"                    \
    "ldr.w r3, [r0, #4 * (\\at)]\n"             \
    "sxtb16 r2, r3\n"                           \
    "sxtb16 r3, r3, ror #8\n"                   \
    ".ifc \\bits,w16\n"                         \
    "half r2, 64*(\\at)\n"                    \
    "half r3, 64*(\\at)+32\n"               \
    ".else\n"                                   \
    "half8 r2, 32*(\\at)\n"                   \
    "half8 r3, 32*(\\at)+16\n"              \
    ".endif\n"                                  \
    ".endm\n"                                   \
    ".macro half x, at\n"                       \
    "ldrd r12, lr, [r1, #\\at]\n"               \
    "smlad r4, \\x, r12, r4\n"                  \
    "smlad r5, \\x, lr, r5\n"                   \
    "ldrd r12, lr, [r1, #\\at + 8]\n"           \
    "smlad r6, \\x, r12, r6\n"                  \
    "smlad r7, \\x, lr, r7\n"                   \
    "ldrd r12, lr, [r1, #\\at + 16]\n"          \
    "smlad r8, \\x, r12, r8\n"                  \
    "smlad r9, \\x, lr, r9\n"                   \
    "ldrd r12, lr, [r1, #\\at + 24]\n"          \
    "smlad r10, \\x, r12, r10\n"                \
    "smlad r11, \\x, lr, r11\n"                 \
    ".endm\n"                                   \
    ".macro half8 x, at\n"                      \
    "ldrd r12, lr, [r1, #\\at]\n"               \
    "eat w8, \\x, r12, r4, r5\n"                \
    "eat w8, \\x, lr, r6, r7\n"                 \
    "ldrd r12, lr, [r1, #\\at + 8]\n"           \
    "eat w8, \\x, r12, r8, r9\n"                \
    "eat w8, \\x, lr, r10, r11\n"               \
    ".endm\n"

/*
 * tinyts_panel_1x8_<bits>_<form>. Frame: 0 job, 4 bytes of input that the first loop
 * skips, 8 where it begins, 12 bytes of a run, 16 bytes from the first pixel's input, 20
 * pixels left, 24 where the group's outputs go, 28 channels left, 32 runs left, 36 next
 * run, 40 end of the run, 44 the pixel's output, 48 where the only run of the pixel
 * begins less what is skipped; 0 if there are more runs, or one word more. 52 and 56 the
 * activation's or shift's registers r2 and r3.
 */
#define TINYTS_PANEL_ASM_1X8(NAME, BITS, FORM, NUMBERS)                                     \
    __asm__(".syntax unified\n.thumb\n" TINYTS_PANEL_ASM_OUTPUT TINYTS_PANEL_ASM_EAT  \
            TINYTS_PANEL_ASM_WORD_1X8 NUMBERS                                         \
            ".section .text." NAME ",\"ax\",%progbits\n"                             \
            ".p2align 2\n"                                                            \
            ".global " NAME "\n"                                                      \
            ".type " NAME ", %function\n"                                             \
            ".thumb_func\n"                                                           \
            NAME ":\n"                                                                \
            "push {r4-r11, lr}\n"                                                     \
            "sub sp, #60\n"                                                           \
            "str r0, [sp, #0]\n"                                                      \
            "ldr r1, [r0, #8]\n"                                                      \
            "rsb r2, r1, #0\n"                                                        \
            "and r2, r2, #3\n"                                                        \
            "lsl r3, r2, #2\n"                                                        \
            "str r3, [sp, #4]\n"                                                      \
            "mov.w r12, #word_bytes\n"                                                \
            "mul r2, r2, r12\n"                                                       \
            "adr.w r12, 4f\n"                                                         \
            "add r2, r2, r12\n"                                                       \
            "orr r2, r2, #1\n"                                                        \
            "str r2, [sp, #8]\n"                                                      \
            "lsl r1, r1, #2\n"                                                        \
            "str r1, [sp, #12]\n"                                                     \
            "movs r1, #0\n"                                                           \
            "str r1, [sp, #16]\n"                                                     \
            "str r1, [sp, #48]\n"                                                     \
            "ldr r1, [r0, #32]\n"                                                     \
            "str r1, [sp, #44]\n"                                                     \
            "ldr r1, [r0, #16]\n"                                                     \
            "str r1, [sp, #20]\n"                                                     \
            "ldr r1, [r0, #44]\n"                                                     \
            "ldr r2, [r0, #third]\n"                                                  \
            "strd r1, r2, [sp, #52]\n"                                                \
            "1:\n" /* a pixel */                                                      \
            "ldr r1, [sp, #44]\n"                                                     \
            "ldr r2, [r0, #28]\n"                                                     \
            "strd r1, r2, [sp, #24]\n"                                                \
            "ldrd r1, r2, [r0, #4]\n"                                                 \
            "ldr r2, [r0, #12]\n"                                                     \
            "cmp r1, #1\n"                                                            \
            "it eq\n"                                                                 \
            "cmpeq r2, #0\n"                                                          \
            "bne 9f\n"                                                                \
            "ldr r3, [r0, #0]\n"                                                      \
            "ldr r3, [r3]\n"                                                          \
            "ldrd r1, r2, [sp, #12]\n"                                                \
            "add r3, r3, r2\n"                                                        \
            "add r1, r1, r3\n"                                                        \
            "str r1, [sp, #40]\n"                                                     \
            "ldr r2, [sp, #4]\n"                                                      \
            "sub r3, r3, r2\n"                                                        \
            "str r3, [sp, #48]\n"                                                     \
            "9:\n"                                                                    \
            "ldr r1, [r0, #24]\n"                                                     \
            "2:\n" /* a group of channels */                                          \
            "ldrd r4, r5, [r1]\n"                                                     \
            "ldrd r6, r7, [r1, #8]\n"                                                 \
            "ldrd r8, r9, [r1, #16]\n"                                                \
            "ldrd r10, r11, [r1, #24]\n"                                              \
            "adds r1, #32\n"                                                          \
            "ldr r0, [sp, #48]\n"                                                     \
            "cmp r0, #0\n"                                                            \
            "beq.w 10f\n"                                                             \
            "ldrd r2, r3, [sp, #4]\n"                                                 \
            "sub.w r1, r1, r2, lsl #word_shift\n"                                     \
            "bx r3\n"                                                                 \
            ".p2align 2\n"                                                            \
            "4:\n" /* four words */                                                   \
            "word " BITS ", 0\n"                                                      \
            "word " BITS ", 1\n"                                                      \
            "word " BITS ", 2\n"                                                      \
            "word " BITS ", 3\n"                                                      \
            "ldr.w r12, [sp, #40]\n"                                                  \
            "adds r0, #16\n"                                                          \
            "add.w r1, r1, #16 << word_shift\n"                                       \
            "cmp r0, r12\n"                                                           \
            "bne.w 4b\n"                                                              \
            "ldr r2, [sp, #48]\n"                                                     \
            "cmp r2, #0\n"                                                            \
            "beq.w 11f\n"                                                             \
            "5:\n"                                                                    \
            "ldrd r0, r3, [sp, #24]\n"                                                \
            "subs r3, #8\n"                                                           \
            "str r3, [sp, #28]\n"                                                     \
            "blt.w 7f\n"                                                              \
            "ldrd r2, r3, [sp, #52]\n"                                                \
            "6:\n"                                                                    \
            "output " BITS ", " FORM ", 8, 7, r11, r10, r0, 7\n"                      \
            "output " BITS ", " FORM ", 8, 6, r10, r10, r0, 6\n"                      \
            "output " BITS ", " FORM ", 8, 5, r9, r8, r0, 5\n"                        \
            "output " BITS ", " FORM ", 8, 4, r8, r8, r0, 4\n"                        \
            "output " BITS ", " FORM ", 8, 3, r7, r6, r0, 3\n"                        \
            "output " BITS ", " FORM ", 8, 2, r6, r6, r0, 2\n"                        \
            "output " BITS ", " FORM ", 8, 1, r5, r4, r0, 1\n"                        \
            "output " BITS ", " FORM ", 8, 0, r4, r4, r0, 0\n"                        \
            "adds r0, #8\n"                                                           \
            "str r0, [sp, #24]\n"                                                     \
            "ldr r2, [sp, #28]\n"                                                     \
            "add.w r1, r1, #8 * scale_bytes\n"                                        \
            "cmp r2, #0\n"                                                            \
            "bgt.w 2b\n"                                                              \
            "ldr r0, [sp, #0]\n"                                                      \
            "ldr r1, [sp, #16]\n"                                                     \
            "ldr r2, [r0, #20]\n"                                                     \
            "add r1, r1, r2\n"                                                        \
            "str r1, [sp, #16]\n"                                                     \
            "ldr r1, [sp, #44]\n"                                                     \
            "ldr r2, [r0, #36]\n"                                                     \
            "add r1, r1, r2\n"                                                        \
            "str r1, [sp, #44]\n"                                                     \
            "ldr r1, [sp, #20]\n"                                                     \
            "subs r1, #1\n"                                                           \
            "str r1, [sp, #20]\n"                                                     \
            "bne.w 1b\n"                                                              \
            "add sp, #60\n"                                                           \
            "pop {r4-r11, pc}\n"                                                      \
            "7:\n" /* some of the group's outputs are not wanted */                   \
            "rsb.w r3, r3, #0\n"                                                      \
            "skip_outputs\n"                                                          \
            "adr.w lr, 6b\n"                                                          \
            "add lr, lr, r3\n"                                                        \
            "orr lr, lr, #1\n"                                                        \
            "ldrd r2, r3, [sp, #52]\n"                                                \
            "bx lr\n"                                                                 \
            "10:\n" /* several runs */                                                \
            "ldr r0, [sp, #0]\n"                                                      \
            "ldr r3, [r0, #0]\n"                                                      \
            "ldr r2, [r0, #4]\n"                                                      \
            "str r2, [sp, #32]\n"                                                     \
            "3:\n" /* a run */                                                        \
            "ldr r0, [r3], #4\n"                                                      \
            "str r3, [sp, #36]\n"                                                     \
            "ldrd r2, r3, [sp, #12]\n"                                                \
            "add r0, r0, r3\n"                                                        \
            "add r2, r2, r0\n"                                                        \
            "str r2, [sp, #40]\n"                                                     \
            "ldrd r2, r3, [sp, #4]\n"                                                 \
            "sub r0, r0, r2\n"                                                        \
            "sub.w r1, r1, r2, lsl #word_shift\n"                                     \
            "bx r3\n"                                                                 \
            "11:\n" /* behind a run */                                                \
            "ldrd r2, r3, [sp, #32]\n"                                                \
            "subs r2, #1\n"                                                           \
            "str r2, [sp, #32]\n"                                                     \
            "bne.w 3b\n"                                                              \
            "ldr r2, [sp, #0]\n"                                                      \
            "ldr r3, [r2, #12]\n"                                                     \
            "cmp r3, #0\n"                                                            \
            "beq.w 5b\n"                                                              \
            "sub r0, r0, r3\n"                                                        \
            "word " BITS ", 0\n"                                                      \
            "add.w r1, r1, #4 << word_shift\n"                                        \
            "b.w 5b\n"                                                                \
            ".ltorg\n"                                                                \
            ".size " NAME ", . - " NAME "\n"                                          \
            ".text\n"                                                                 \
            ".purgem output\n.purgem finish\n.purgem eat\n.purgem word\n"             \
            ".purgem half\n.purgem half8\n.purgem skip_outputs\n")

/*
 * Channel I of a group of four of two pixels, from registers S and T.
 */
#define TINYTS_PANEL_ASM_OUTPUT_2                       \
    ".macro output2 bits, form, i, s, t, s2, t2\n"      \
    ".ifnc \\bits,w16\n"                                \
    ".if (\\i) & 1\n"                                   \
    "sub.w \\s, \\s, \\s2\n"                          \
    "sub.w \\t, \\t, \\t2\n"                          \
    "asr.w \\s, \\s, #7\n"                             \
    "asr.w \\t, \\t, #7\n"                             \
    ".ifc \\bits,w8s\n"                                 \
    "ldrd r12, lr, [sp, #44 + 4 * (\\i) - 4]\n"         \
    "add.w \\s, \\s, r12, lsl #1\n"                    \
    "add.w \\t, \\t, lr, lsl #1\n"                     \
    ".endif\n"                                          \
    ".else\n"                                           \
    "lsl.w \\s, \\s, #1\n"                             \
    "lsl.w \\t, \\t, #1\n"                             \
    ".endif\n"                                          \
    ".endif\n"                                          \
    "ldrd r12, lr, [r1, #8 * (\\i)]\n"                 \
    ".ifc \\bits\\form,w16relu\n"                      \
    "smmla \\s, \\s, r12, lr\n"                        \
    "smmla \\t, \\t, r12, lr\n"                        \
    "ssat \\s, #8, \\s, asr #relu_shift\n"             \
    "ssat \\t, #8, \\t, asr #relu_shift\n"             \
    ".else\n"                                           \
    ".ifc \\form,relu\n"                               \
    "smmlar \\s, \\s, r12, lr\n"                       \
    "smmlar \\t, \\t, r12, lr\n"                       \
    ".else\n"                                           \
    "smmlar r3, \\s, r12, lr\n"                        \
    "add.w \\s, r3, \\s, asr #31\n"                   \
    "smmlar r3, \\t, r12, lr\n"                        \
    "add.w \\t, r3, \\t, asr #31\n"                   \
    ".endif\n"                                          \
    "ldr.w r3, [r1, #32 + 4 * (\\i)]\n"                \
    "asr.w \\s, \\s, r3\n"                             \
    "asr.w \\t, \\t, r3\n"                             \
    "ssat \\s, #8, \\s\n"                              \
    "ssat \\t, #8, \\t\n"                              \
    ".endif\n"                                          \
    ".ifc \\form,clamp\n"                              \
    "ldrd r12, lr, [sp, #36]\n"                         \
    "limit \\s\n"                                      \
    "limit \\t\n"                                      \
    ".endif\n"                                          \
    "strb.w \\s, [r0, #\\i]\n"                        \
    "strb.w \\t, [r2, #\\i]\n"                        \
    ".endm\n"                                           \
    ".macro limit s\n"                                  \
    "cmp.w \\s, r12\n"                                 \
    "it lt\n"                                           \
    "movlt.w \\s, r12\n"                               \
    "cmp.w \\s, lr\n"                                  \
    "it gt\n"                                           \
    "movgt.w \\s, lr\n"                                \
    ".endm\n"

/* A pair of values of two pixels, four channels: 11 instructions with w16, 12 with w8. */
#define TINYTS_PANEL_ASM_PAIR                   \
    ".macro pair bits, at\n"                    \
    "ldrd r2, r3, [r0, #8 * (\\at)]\n"         \
    ".ifc \\bits,w16\n"                        \
    "ldrd r12, lr, [r1, #16 * (\\at)]\n"       \
    "smlad r4, r2, r12, r4\n"                   \
    "smlad r8, r3, r12, r8\n"                   \
    "smlad r5, r2, lr, r5\n"                    \
    "smlad r9, r3, lr, r9\n"                    \
    "ldrd r12, lr, [r1, #16 * (\\at) + 8]\n"   \
    "smlad r6, r2, r12, r6\n"                   \
    "smlad r10, r3, r12, r10\n"                 \
    "smlad r7, r2, lr, r7\n"                    \
    "smlad r11, r3, lr, r11\n"                  \
    ".else\n"                                   \
    "ldrd r12, lr, [r1, #8 * (\\at)]\n"        \
    "smlad r5, r2, r12, r5\n"                   \
    "smlad r9, r3, r12, r9\n"                   \
    "sxtb16 r12, r12\n"                         \
    "smlad r4, r2, r12, r4\n"                   \
    "smlad r8, r3, r12, r8\n"                   \
    "smlad r7, r2, lr, r7\n"                    \
    "smlad r11, r3, lr, r11\n"                  \
    "sxtb16 lr, lr\n"                           \
    "smlad r6, r2, lr, r6\n"                    \
    "smlad r10, r3, lr, r10\n"                  \
    ".endif\n"                                  \
    ".endm\n"                                   \
    ".macro single bits, at\n"                  \
    "ldr.w r2, [r0, #8 * (\\at)]\n"            \
    ".ifc \\bits,w16\n"                        \
    "ldrd r12, lr, [r1, #16 * (\\at)]\n"       \
    "smlad r4, r2, r12, r4\n"                   \
    "smlad r5, r2, lr, r5\n"                    \
    "ldrd r12, lr, [r1, #16 * (\\at) + 8]\n"   \
    "smlad r6, r2, r12, r6\n"                   \
    "smlad r7, r2, lr, r7\n"                    \
    ".else\n"                                   \
    "ldrd r12, lr, [r1, #8 * (\\at)]\n"        \
    "eat w8, r2, r12, r4, r5\n"                 \
    "eat w8, r2, lr, r6, r7\n"                  \
    ".endif\n"                                  \
    ".endm\n"

/*
 * tinyts_panel_2x4_<bits>_<form>. Frame: 0 job, 4 bytes of stream that the first loop
 * skips, 8 where it begins, 12 where values end, 16 where the group's outputs go, 20
 * channels left, 24 where values begin less those skipped, 28 bytes to the next pixel's
 * output, 32 shift, 36 and 40 the activation.
 */
#define TINYTS_PANEL_ASM_2X4(NAME, BITS, FORM, NUMBERS)                                     \
    __asm__(".syntax unified\n.thumb\n" TINYTS_PANEL_ASM_OUTPUT TINYTS_PANEL_ASM_EAT  \
            TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_PAIR NUMBERS                   \
            ".section .text." NAME ",\"ax\",%progbits\n"                             \
            ".p2align 2\n"                                                            \
            ".global " NAME "\n"                                                      \
            ".type " NAME ", %function\n"                                             \
            ".thumb_func\n"                                                           \
            NAME ":\n"                                                                \
            "push {r4-r11, lr}\n"                                                     \
            "sub sp, #44\n"                                                           \
            "str r0, [sp, #0]\n"                                                      \
            "ldr r3, [r0, #0]\n"                                                      \
            "ldr r3, [r3]\n"                                                          \
            "ldr r1, [r0, #8]\n"                                                      \
            "lsls r1, r1, #1\n"                                                       \
            "rsb r2, r1, #0\n"                                                        \
            "and r2, r2, #7\n"                                                        \
            "add.w r12, r3, r1, lsl #3\n"                                             \
            "str.w r12, [sp, #12]\n"                                                  \
            "sub.w r3, r3, r2, lsl #3\n"                                              \
            "str r3, [sp, #24]\n"                                                     \
            "lsl.w r3, r2, #word_shift\n"                                              \
            "str r3, [sp, #4]\n"                                                      \
            "ldr r3, [r0, #16]\n"                                                     \
            "cmp r3, #1\n"                                                            \
            "beq 10f\n"                                                               \
            "movs r3, #pair_bytes\n"                                                  \
            "mul r2, r2, r3\n"                                                        \
            "adr.w r3, 4f\n"                                                          \
            "b 11f\n"                                                                 \
            "10:\n"                                                                   \
            "movs r3, #single_bytes\n"                                                \
            "mul r2, r2, r3\n"                                                        \
            "adr.w r3, 14f\n"                                                         \
            "11:\n"                                                                   \
            "add r2, r2, r3\n"                                                        \
            "orr r2, r2, #1\n"                                                        \
            "str r2, [sp, #8]\n"                                                      \
            "ldr r1, [r0, #32]\n"                                                     \
            "str r1, [sp, #16]\n"                                                     \
            "ldr r1, [r0, #28]\n"                                                     \
            "str r1, [sp, #20]\n"                                                     \
            "ldr r1, [r0, #36]\n"                                                     \
            "str r1, [sp, #28]\n"                                                     \
            "ldr r1, [r0, #40]\n"                                                     \
            "str r1, [sp, #32]\n"                                                     \
            "ldr r1, [r0, #44]\n"                                                     \
            "str r1, [sp, #36]\n"                                                     \
            "ldr r1, [r0, #48]\n"                                                     \
            "str r1, [sp, #40]\n"                                                     \
            "ldr r1, [r0, #24]\n"                                                     \
            "2:\n"                                                                    \
            "ldrd r4, r5, [r1]\n"                                                     \
            "ldrd r6, r7, [r1, #8]\n"                                                 \
            "ldrd r8, r9, [r1]\n"                                                     \
            "ldrd r10, r11, [r1, #8]\n"                                               \
            "ldrd r2, r3, [sp, #4]\n"                                                 \
            "ldr r0, [sp, #24]\n"                                                     \
            "rsb.w r1, r2, r1\n"                                                      \
            "adds r1, #16\n"                                                          \
            "bx r3\n"                                                                 \
            ".p2align 2\n"                                                            \
            "4:\n"                                                                    \
            "pair " BITS ", 0\n"                                                      \
            "pair " BITS ", 1\n"                                                      \
            "pair " BITS ", 2\n"                                                      \
            "pair " BITS ", 3\n"                                                      \
            "pair " BITS ", 4\n"                                                      \
            "pair " BITS ", 5\n"                                                      \
            "pair " BITS ", 6\n"                                                      \
            "pair " BITS ", 7\n"                                                      \
            "ldr.w r12, [sp, #12]\n"                                                  \
            "adds r0, #64\n"                                                          \
            "add.w r1, r1, #16 << word_shift >> 1\n"                                  \
            "cmp r0, r12\n"                                                           \
            "bne.w 4b\n"                                                              \
            "ldrd r0, r3, [sp, #16]\n"                                                \
            "subs r3, #4\n"                                                           \
            "str r3, [sp, #20]\n"                                                     \
            "blt.w 7f\n"                                                              \
            "ldrd r2, r3, [sp, #28]\n"                                                \
            "add r2, r2, r0\n"                                                        \
            ".p2align 2\n"                                                            \
            "6:\n"                                                                    \
            "output2 " BITS ", " FORM ", 3, r7, r11, r6, r10\n"                       \
            "output2 " BITS ", " FORM ", 2, r6, r10, r6, r10\n"                       \
            "output2 " BITS ", " FORM ", 1, r5, r9, r4, r8\n"                         \
            "output2 " BITS ", " FORM ", 0, r4, r8, r4, r8\n"                         \
            "8:\n"                                                                    \
            "adds r0, #4\n"                                                           \
            "str r0, [sp, #16]\n"                                                     \
            "ldr r2, [sp, #20]\n"                                                     \
            "add.w r1, r1, #4 * scale_bytes\n"                                        \
            "cmp r2, #0\n"                                                            \
            "bgt.w 2b\n"                                                              \
            "add sp, #44\n"                                                           \
            "pop {r4-r11, pc}\n"                                                      \
            "7:\n"                                                                    \
            "rsb.w r3, r3, #0\n"                                                      \
            "skip_outputs2\n"                                                         \
            "adr.w lr, 6b\n"                                                          \
            "add lr, lr, r3\n"                                                        \
            "orr lr, lr, #1\n"                                                        \
            "ldrd r2, r3, [sp, #28]\n"                                                \
            "add r2, r2, r0\n"                                                        \
            "bx lr\n"                                                                 \
            ".p2align 2\n"                                                            \
            "14:\n"                                                                   \
            "single " BITS ", 0\n"                                                    \
            "single " BITS ", 1\n"                                                    \
            "single " BITS ", 2\n"                                                    \
            "single " BITS ", 3\n"                                                    \
            "single " BITS ", 4\n"                                                    \
            "single " BITS ", 5\n"                                                    \
            "single " BITS ", 6\n"                                                    \
            "single " BITS ", 7\n"                                                    \
            "ldr.w r12, [sp, #12]\n"                                                  \
            "adds r0, #64\n"                                                          \
            "add.w r1, r1, #16 << word_shift >> 1\n"                                  \
            "cmp r0, r12\n"                                                           \
            "bne.w 14b\n"                                                             \
            "ldrd r0, r3, [sp, #16]\n"                                                \
            "subs r3, #4\n"                                                           \
            "str r3, [sp, #20]\n"                                                     \
            "rsb.w r3, r3, #0\n"                                                      \
            "bic.w r3, r3, r3, asr #31\n"                                             \
            "skip_outputs\n"                                                          \
            "adr.w lr, 16f\n"                                                         \
            "add lr, lr, r3\n"                                                        \
            "orr lr, lr, #1\n"                                                        \
            "ldr r2, [sp, #36]\n"                                                     \
            "ldr r3, [sp, #third - 8]\n"                                              \
            "bx lr\n"                                                                 \
            ".p2align 2\n"                                                            \
            "16:\n"                                                                   \
            "output " BITS ", " FORM ", 4, 3, r7, r6, r0, 3\n"                        \
            "output " BITS ", " FORM ", 4, 2, r6, r6, r0, 2\n"                        \
            "output " BITS ", " FORM ", 4, 1, r5, r4, r0, 1\n"                        \
            "output " BITS ", " FORM ", 4, 0, r4, r4, r0, 0\n"                        \
            "b 8b\n"                                                                  \
            ".ltorg\n"                                                                \
            ".size " NAME ", . - " NAME "\n"                                          \
            ".text\n"                                                                 \
            ".purgem output\n.purgem finish\n.purgem eat\n.purgem output2\n"          \
            ".purgem limit\n.purgem pair\n.purgem single\n.purgem skip_outputs\n"      \
            ".purgem skip_outputs2\n")

/*
 * The same in two parts, so that sums of two channels fit into one register: the second
 * part is words / 2 words, rounded down to a multiple of 4. Two pixels always. Frame: 44
 * the sums of odd channels of the first part, 60 where values end.
 */
#define TINYTS_PANEL_ASM_2X4_SPLIT(NAME, BITS, FORM, NUMBERS)                                     \
    __asm__(".syntax unified\n.thumb\n" TINYTS_PANEL_ASM_OUTPUT TINYTS_PANEL_ASM_EAT  \
            TINYTS_PANEL_ASM_OUTPUT_2 TINYTS_PANEL_ASM_PAIR NUMBERS                   \
            ".section .text." NAME ",\"ax\",%progbits\n"                             \
            ".p2align 2\n"                                                            \
            ".global " NAME "\n"                                                      \
            ".type " NAME ", %function\n"                                             \
            ".thumb_func\n"                                                           \
            NAME ":\n"                                                                \
            "push {r4-r11, lr}\n"                                                     \
            "sub sp, #68\n"                                                           \
            "str r0, [sp, #0]\n"                                                      \
            "ldr r3, [r0, #0]\n"                                                      \
            "ldr r3, [r3]\n"                                                          \
            "ldr r1, [r0, #8]\n"                                                      \
            "lsls r1, r1, #1\n"                                                       \
            "rsb r2, r1, #0\n"                                                        \
            "and r2, r2, #7\n"                                                        \
            "add.w r12, r3, r1, lsl #3\n"                                             \
            "str.w r12, [sp, #60]\n"                                                  \
            "lsrs r4, r1, #2\n"                                                       \
            "bic r4, r4, #3\n"                                                        \
            "sub.w r12, r12, r4, lsl #4\n"                                            \
            "str.w r12, [sp, #12]\n"                                                  \
            "sub.w r3, r3, r2, lsl #3\n"                                              \
            "str r3, [sp, #24]\n"                                                     \
            "lsl.w r3, r2, #word_shift\n"                                              \
            "str r3, [sp, #4]\n"                                                      \
            "movs r3, #pair_bytes\n"                                                  \
            "mul r2, r2, r3\n"                                                        \
            "adr.w r3, 4f\n"                                                          \
            "add r2, r2, r3\n"                                                        \
            "orr r2, r2, #1\n"                                                        \
            "str r2, [sp, #8]\n"                                                      \
            "ldr r1, [r0, #32]\n"                                                     \
            "str r1, [sp, #16]\n"                                                     \
            "ldr r1, [r0, #28]\n"                                                     \
            "str r1, [sp, #20]\n"                                                     \
            "ldr r1, [r0, #36]\n"                                                     \
            "str r1, [sp, #28]\n"                                                     \
            "ldr r1, [r0, #40]\n"                                                     \
            "str r1, [sp, #32]\n"                                                     \
            "ldr r1, [r0, #44]\n"                                                     \
            "str r1, [sp, #36]\n"                                                     \
            "ldr r1, [r0, #48]\n"                                                     \
            "str r1, [sp, #40]\n"                                                     \
            "ldr r1, [r0, #24]\n"                                                     \
            "2:\n"                                                                    \
            "ldrd r4, r5, [r1]\n"                                                     \
            "ldrd r6, r7, [r1, #8]\n"                                                 \
            "ldrd r8, r9, [r1]\n"                                                     \
            "ldrd r10, r11, [r1, #8]\n"                                               \
            "ldrd r2, r3, [sp, #4]\n"                                                 \
            "ldr r0, [sp, #24]\n"                                                     \
            "rsb.w r1, r2, r1\n"                                                      \
            "adds r1, #16\n"                                                          \
            "bx r3\n"                                                                 \
            ".p2align 2\n"                                                            \
            "4:\n"                                                                    \
            "pair " BITS ", 0\n"                                                      \
            "pair " BITS ", 1\n"                                                      \
            "pair " BITS ", 2\n"                                                      \
            "pair " BITS ", 3\n"                                                      \
            "pair " BITS ", 4\n"                                                      \
            "pair " BITS ", 5\n"                                                      \
            "pair " BITS ", 6\n"                                                      \
            "pair " BITS ", 7\n"                                                      \
            "ldr.w r12, [sp, #12]\n"                                                  \
            "adds r0, #64\n"                                                          \
            "add.w r1, r1, #16 << word_shift >> 1\n"                                  \
            "cmp r0, r12\n"                                                           \
            "bne.w 4b\n"                                                              \
            "sub r5, r5, r4\n"                                                        \
            "sub r9, r9, r8\n"                                                        \
            "asr.w r5, r5, #8\n"                                                      \
            "asr.w r9, r9, #8\n"                                                      \
            "strd r5, r9, [sp, #44]\n"                                                \
            "sub r7, r7, r6\n"                                                        \
            "sub r11, r11, r10\n"                                                     \
            "asr.w r7, r7, #8\n"                                                      \
            "asr.w r11, r11, #8\n"                                                    \
            "strd r7, r11, [sp, #52]\n"                                               \
            "mov r5, r4\n"                                                            \
            "mov r7, r6\n"                                                            \
            "mov r9, r8\n"                                                            \
            "mov r11, r10\n"                                                          \
            "24:\n"                                                                   \
            "pair " BITS ", 0\n"                                                      \
            "pair " BITS ", 1\n"                                                      \
            "pair " BITS ", 2\n"                                                      \
            "pair " BITS ", 3\n"                                                      \
            "pair " BITS ", 4\n"                                                      \
            "pair " BITS ", 5\n"                                                      \
            "pair " BITS ", 6\n"                                                      \
            "pair " BITS ", 7\n"                                                      \
            "ldr.w r12, [sp, #60]\n"                                                  \
            "adds r0, #64\n"                                                          \
            "add.w r1, r1, #16 << word_shift >> 1\n"                                  \
            "cmp r0, r12\n"                                                           \
            "bne.w 24b\n"                                                             \
            "ldrd r0, r3, [sp, #16]\n"                                                \
            "subs r3, #4\n"                                                           \
            "str r3, [sp, #20]\n"                                                     \
            "blt.w 7f\n"                                                              \
            "ldrd r2, r3, [sp, #28]\n"                                                \
            "add r2, r2, r0\n"                                                        \
            ".p2align 2\n"                                                            \
            "6:\n"                                                                    \
            "output2 " BITS ", " FORM ", 3, r7, r11, r6, r10\n"                       \
            "output2 " BITS ", " FORM ", 2, r6, r10, r6, r10\n"                       \
            "output2 " BITS ", " FORM ", 1, r5, r9, r4, r8\n"                         \
            "output2 " BITS ", " FORM ", 0, r4, r8, r4, r8\n"                         \
            "8:\n"                                                                    \
            "adds r0, #4\n"                                                           \
            "str r0, [sp, #16]\n"                                                     \
            "ldr r2, [sp, #20]\n"                                                     \
            "add.w r1, r1, #4 * scale_bytes\n"                                        \
            "cmp r2, #0\n"                                                            \
            "bgt.w 2b\n"                                                              \
            "add sp, #68\n"                                                           \
            "pop {r4-r11, pc}\n"                                                      \
            "7:\n"                                                                    \
            "rsb.w r3, r3, #0\n"                                                      \
            "skip_outputs2\n"                                                         \
            "adr.w lr, 6b\n"                                                          \
            "add lr, lr, r3\n"                                                        \
            "orr lr, lr, #1\n"                                                        \
            "ldrd r2, r3, [sp, #28]\n"                                                \
            "add r2, r2, r0\n"                                                        \
            "bx lr\n"                                                                 \
            ".ltorg\n"                                                                \
            ".size " NAME ", . - " NAME "\n"                                          \
            ".text\n"                                                                 \
            ".purgem output\n.purgem finish\n.purgem eat\n.purgem output2\n"          \
            ".purgem limit\n.purgem pair\n.purgem single\n.purgem skip_outputs\n"      \
            ".purgem skip_outputs2\n")

/*
 * What differs: bytes of code of a word, log2 of the bytes of weights of a byte of
 * input, bytes of a channel's constants, where in the job r3 comes from, and how k
 * outputs that are not wanted (in r3) become bytes of code; of a pair with w8 the odd
 * one is an instruction longer.
 */
#define TINYTS_PANEL_ASM_SAME(BYTES) \
    ".macro skip_outputs\nmov.w lr, #" BYTES "\nmul r3, r3, lr\n.endm\n"
#define TINYTS_PANEL_ASM_ODD(BYTES)                  \
    ".macro skip_outputs\nmov.w lr, #" BYTES "\n"    \
    "mul lr, r3, lr\nadds r3, #1\nlsrs r3, r3, #1\n" \
    "add.w r3, lr, r3, lsl #2\n.endm\n"
/* The same for two pixels. */
#define TINYTS_PANEL_ASM_SAME_2(BYTES) \
    ".macro skip_outputs2\nmov.w lr, #" BYTES "\nmul r3, r3, lr\n.endm\n"
#define TINYTS_PANEL_ASM_ODD_2(BYTES)                \
    ".macro skip_outputs2\nmov.w lr, #" BYTES "\n"   \
    "mul lr, r3, lr\nadds r3, #1\nlsrs r3, r3, #1\n" \
    "add.w r3, lr, r3, lsl #3\n.endm\n"
#define TINYTS_PANEL_ASM_SPLIT_2                     \
    ".macro skip_outputs2\nmov.w lr, #48\n"          \
    "mul lr, r3, lr\nadds r3, #1\nlsrs r3, r3, #1\n" \
    "mov.w r2, #20\nmla r3, r3, r2, lr\n.endm\n"
#define TINYTS_PANEL_ASM_W16 \
    ".set word_bytes, 108\n.set word_shift, 4\n"        \
    ".set pair_bytes, 44\n.set single_bytes, 28\n"
#define TINYTS_PANEL_ASM_W8S TINYTS_PANEL_ASM_W8
#define TINYTS_PANEL_ASM_W8 \
    ".set word_bytes, 124\n.set word_shift, 3\n"        \
    ".set pair_bytes, 48\n.set single_bytes, 32\n"

#endif /* TINYTS_PANEL_ASM_H */
