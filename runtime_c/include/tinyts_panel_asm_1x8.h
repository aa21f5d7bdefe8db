/*
 * Panels of one pixel and eight channels in assembly, the last four or fewer channels
 * apart; see tinyts_panel_asm.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_PANEL_ASM_1X8_H
#define TINYTS_PANEL_ASM_1X8_H

#include "tinyts_panel_asm_1x8_words.h"

/*
 * A window of CHANNELS sums: where its run is the only one, else see below; then what is
 * written. ENTRY finds the bytes that the first loop skips and where it begins. `shift` is
 * log2 of the bytes of weights for a byte of input.
 */
#define TINYTS_PANEL_ASM_WINDOW(BITS, FORM, CHANNELS, WORD, LABEL, ENTRY)    \
    "ldr r0, [sp, #48]\n"                                                    \
    "cbz r0, 16f\n"                                                          \
    ENTRY                                                                    \
    "sub.w r1, r1, r2, lsl #shift\n"                                         \
    "bx r3\n"                                                                \
    "16:\n"                                                                  \
    "b.w 10f\n"                                                              \
    ".p2align 2\n"                                                           \
    LABEL ":\n"                                                              \
    WORD " " BITS ", 0\n"                                                    \
    WORD " " BITS ", 1\n"                                                    \
    WORD " " BITS ", 2\n"                                                    \
    WORD " " BITS ", 3\n"                                                    \
    "ldr.w r12, [sp, #40]\n"                                                 \
    "cmp r0, r12\n"                                                          \
    "bne.w " LABEL "b\n"                                                     \
    "ldr r2, [sp, #48]\n"                                                    \
    "cbnz r2, 5f\n"                                                          \
    "b.w 11f\n"                                                              \
    "5:\n" /* outputs */                                                     \
    "ldrd r0, r3, [sp, #24]\n"                                               \
    "subs r3, #" CHANNELS "\n"                                               \
    "blt.w 7f\n"                                                             \
    ".ifc " FORM ",clamp\n"                                                  \
    "str r3, [sp, #28]\n"                                                    \
    "ldrd r2, r3, [sp, #52]\n"                                               \
    ".endif\n"                                                               \
    ".p2align 2\n"                                                           \
    "6:\n"

/* Where fewer outputs are wanted, and windows of several runs. */
#define TINYTS_PANEL_ASM_APART(BITS, FORM, WORD, ENTRY, FLUSH)               \
    "7:\n" /* fewer outputs than sums */                                     \
    "str r3, [sp, #28]\n"                                                    \
    "rsb.w r3, r3, #0\n"                                                     \
    "skip_outputs output_bytes, odd_bytes\n"                                 \
    "adr.w lr, 6b\n"                                                         \
    "add lr, lr, r3\n"                                                       \
    "orr lr, lr, #1\n"                                                       \
    ".ifc " FORM ",clamp\n"                                                  \
    "ldrd r2, r3, [sp, #52]\n"                                               \
    ".else\n"                                                                \
    "movs r3, #0\n"                                                          \
    ".endif\n"                                                               \
    "bx lr\n"                                                                \
    "10:\n" /* several runs */                                               \
    "ldr r0, [sp, #0]\n"                                                     \
    "ldr r3, [r0, #0]\n"                                                     \
    "ldr r2, [r0, #4]\n"                                                     \
    "str r2, [sp, #32]\n"                                                    \
    "3:\n" /* a run */                                                       \
    "ldr r0, [r3], #4\n"                                                     \
    "str r3, [sp, #36]\n"                                                    \
    "ldrd r2, r3, [sp, #12]\n"                                               \
    "add r0, r0, r3\n"                                                       \
    "add r2, r2, r0\n"                                                       \
    "str r2, [sp, #40]\n"                                                    \
    ENTRY                                                                    \
    "sub.w r1, r1, r2, lsl #shift\n"                                         \
    "bx r3\n"                                                                \
    "11:\n" /* behind a run */                                               \
    "ldr r3, [sp, #back]\n"                                                  \
    "cbnz r3, 13f\n"                                                         \
    "15:\n"                                                                  \
    FLUSH                                                                    \
    "ldrd r2, r3, [sp, #32]\n"                                               \
    "subs r2, #1\n"                                                          \
    "str r2, [sp, #32]\n"                                                    \
    "bne.w 3b\n"                                                             \
    "b.w 5b\n"                                                               \
    "13:\n" /* one word more */                                              \
    "sub r0, r0, r3\n"                                                       \
    WORD " " BITS ", 0\n"                                                    \
    "add.w r1, r1, #4 << shift\n"                                            \
    "b.w 15b\n"

/* A group of eight channels, again and again, and the last of four. */
#define TINYTS_PANEL_ASM_EIGHT(BITS, FORM)                                   \
    ".set shift, word_shift\n"                                               \
    ".set eaten, (16 << shift) - 8\n"                                        \
    "2:\n" /* eight channels */                                              \
    ".ifc " FORM ",sum\n"                                                    \
    "mov.w r4, #0\n"                                                         \
    "mov.w r5, #0\n"                                                         \
    "mov.w r6, #0\n"                                                         \
    "mov.w r7, #0\n"                                                         \
    "mov.w r8, #0\n"                                                         \
    "mov.w r9, #0\n"                                                         \
    "mov.w r10, #0\n"                                                        \
    "mov.w r11, #0\n"                                                        \
    "add.w r1, r1, #eaten\n"                                                 \
    ".else\n"                                                                \
    "ldrd r4, r5, [r1]\n"                                                    \
    "ldrd r6, r7, [r1, #8]\n"                                                \
    "ldrd r8, r9, [r1, #16]\n"                                               \
    "ldrd r10, r11, [r1, #24]\n"                                             \
    "add.w r1, r1, #32 + eaten\n"                                            \
    ".endif\n"                                                               \
    "begin " BITS ", r5, r7, 0\n"                                            \
    "begin " BITS ", r9, r11, 8\n"                                           \
    ".ifc " BITS ",w8s\n"                                                    \
    "mov r5, r4\n"                                                           \
    "mov r7, r6\n"                                                           \
    "mov r9, r8\n"                                                           \
    "mov r11, r10\n"                                                         \
    ".endif\n"                                                               \
    TINYTS_PANEL_ASM_WINDOW(BITS, FORM, "8", "word", "4", "ldrd r2, r3, [sp, #4]\n") \
    "output " BITS ", " FORM ", 8, 7, r11, r10, r0, 7\n"                     \
    "output " BITS ", " FORM ", 8, 6, r10, r10, r0, 6\n"                     \
    "output " BITS ", " FORM ", 8, 5, r9, r8, r0, 5\n"                       \
    "output " BITS ", " FORM ", 8, 4, r8, r8, r0, 4\n"                       \
    "output " BITS ", " FORM ", 8, 3, r7, r6, r0, 3\n"                       \
    "output " BITS ", " FORM ", 8, 2, r6, r6, r0, 2\n"                       \
    "output " BITS ", " FORM ", 8, 1, r5, r4, r0, 1\n"                       \
    "output " BITS ", " FORM ", 8, 0, r4, r4, r0, 0\n"                       \
    "adds r0, #8 * result_bytes\n"                                           \
    ".ifc " FORM ",clamp\n"                                                  \
    "ldr r3, [sp, #28]\n"                                                    \
    ".endif\n"                                                               \
    "strd r0, r3, [sp, #24]\n"                                               \
    "add.w r1, r1, #8 * scale_bytes - eaten\n"                               \
    "cmp r3, #4\n"                                                           \
    "bgt.w 2b\n"                                                             \
    "cmp r3, #0\n"                                                           \
    "ble.w 8f\n"                                                             \
    "b.w 12f\n"                                                              \
    TINYTS_PANEL_ASM_APART(BITS, FORM, "word", "ldrd r2, r3, [sp, #4]\n", "flush " BITS "\n")

#define TINYTS_PANEL_ASM_FOUR(BITS, FORM)                                    \
    ".set shift, word_shift - 1\n"                                           \
    ".set eaten, (16 << shift) - 8\n"                                        \
    "12:\n" /* the last four or fewer */                                     \
    ".ifc " FORM ",sum\n"                                                    \
    "mov.w r4, #0\n"                                                         \
    "mov.w r5, #0\n"                                                         \
    "mov.w r6, #0\n"                                                         \
    "mov.w r7, #0\n"                                                         \
    "add.w r1, r1, #eaten\n"                                                 \
    ".else\n"                                                                \
    "ldrd r4, r5, [r1]\n"                                                    \
    "ldrd r6, r7, [r1, #8]\n"                                                \
    "add.w r1, r1, #16 + eaten\n"                                            \
    ".endif\n"                                                               \
    "begin " BITS ", r5, r7, 0\n"                                            \
    ".ifc " BITS ",w8s\n"                                                    \
    "mov r5, r4\n"                                                           \
    "mov r7, r6\n"                                                           \
    ".endif\n"                                                               \
    TINYTS_PANEL_ASM_WINDOW(BITS, FORM, "4", "word4", "14", "ldr r2, [sp, #4]\nldr r3, [sp, #60]\n") \
    "output " BITS ", " FORM ", 4, 3, r7, r6, r0, 3\n"                       \
    "output " BITS ", " FORM ", 4, 2, r6, r6, r0, 2\n"                       \
    "output " BITS ", " FORM ", 4, 1, r5, r4, r0, 1\n"                       \
    "output " BITS ", " FORM ", 4, 0, r4, r4, r0, 0\n"                       \
    "b.w 8f\n"                                                               \
    TINYTS_PANEL_ASM_APART(BITS, FORM, "word4",                              \
    "ldr r2, [sp, #4]\nldr r3, [sp, #60]\n", "flush4 " BITS ", r4, r5, r6, r7, 0\n")

/*
 * tinyts_panel_1x8_<bits>_<form>. Frame: 0 job, 4 bytes of input that the first loop
 * skips, 8 where it begins, 12 bytes of a run and those, 16 bytes from the first pixel's
 * input and 12 less those, 20 pixels left, 24 where the group's outputs go, 28 channels
 * left, 32 runs left, 36 next run, 40 end of the run, 44 the pixel's output, 48 where the
 * only run of the pixel begins less what is skipped; 0 if there are more runs, or one word
 * more, or sums to be added behind it. 52 and 56 the activation, 60 where the loop for
 * four channels begins, `back` the job's.
 */
#define TINYTS_PANEL_ASM_1X8(NAME, BITS, FORM, SHIFT)                        \
    __asm__(TINYTS_PANEL_ASM_BEGIN(NAME, BITS, FORM, SHIFT)                  \
    TINYTS_PANEL_ASM_WORD_1X4 TINYTS_PANEL_ASM_WORD_1X8 TINYTS_PANEL_ASM_ODD_SUMS \
    ".set frame, 68\n"                                                       \
    ".set back, 64\n"                                                        \
    ".ifc " BITS ",w8s\n"                                                    \
    ".set frame, 84\n"                                                       \
    ".set back, 80\n"                                                        \
    ".endif\n"                                                               \
    ".set odd_sums, 64\n"                                                    \
    "push {r4-r11, lr}\n"                                                    \
    "sub sp, #frame\n"                                                       \
    "str r0, [sp, #0]\n"                                                     \
    "ldr r1, [r0, #8]\n"                                                     \
    "rsb r2, r1, #0\n"                                                       \
    "and r2, r2, #3\n"                                                       \
    "lsl r3, r2, #2\n"                                                       \
    "str r3, [sp, #4]\n"                                                     \
    "mov.w r12, #word4_bytes\n"                                              \
    "mul r3, r2, r12\n"                                                      \
    "adr.w r12, 14f\n"                                                       \
    "add r3, r3, r12\n"                                                      \
    "orr r3, r3, #1\n"                                                       \
    "str r3, [sp, #60]\n"                                                    \
    "mov.w r12, #word_bytes\n"                                               \
    "mul r2, r2, r12\n"                                                      \
    "adr.w r12, 4f\n"                                                        \
    "add r2, r2, r12\n"                                                      \
    "orr r2, r2, #1\n"                                                       \
    "str r2, [sp, #8]\n"                                                     \
    "ldr r2, [sp, #4]\n"                                                     \
    "add r1, r2, r1, lsl #2\n"                                               \
    "rsb r2, r2, #12\n"                                                      \
    "strd r1, r2, [sp, #12]\n"                                               \
    "movs r1, #0\n"                                                          \
    "str r1, [sp, #48]\n"                                                    \
    "ldr r1, [r0, #32]\n"                                                    \
    "str r1, [sp, #44]\n"                                                    \
    "ldr r1, [r0, #12]\n"                                                    \
    "str r1, [sp, #back]\n"                                                  \
    "ldr r1, [r0, #16]\n"                                                    \
    "str r1, [sp, #20]\n"                                                    \
    "ldrd r1, r2, [r0, #44]\n"                                               \
    "strd r1, r2, [sp, #52]\n"                                               \
    "1:\n" /* a pixel */                                                     \
    "ldr r1, [sp, #44]\n"                                                    \
    "ldr r2, [r0, #28]\n"                                                    \
    "strd r1, r2, [sp, #24]\n"                                               \
    ".ifnc " BITS ",w8s\n"                                                   \
    "ldr r1, [r0, #4]\n"                                                     \
    "ldr r2, [sp, #back]\n"                                                  \
    "cmp r1, #1\n"                                                           \
    "it eq\n"                                                                \
    "cmpeq r2, #0\n"                                                         \
    "bne 9f\n"                                                               \
    "ldr r3, [r0, #0]\n"                                                     \
    "ldr r3, [r3]\n"                                                         \
    "ldrd r1, r2, [sp, #12]\n"                                               \
    "add r3, r3, r2\n"                                                       \
    "add r1, r1, r3\n"                                                       \
    "str r1, [sp, #40]\n"                                                    \
    "str r3, [sp, #48]\n"                                                    \
    "9:\n"                                                                   \
    ".endif\n"                                                               \
    "ldr r1, [r0, #24]\n"                                                    \
    "ldr r2, [sp, #28]\n"                                                    \
    "cmp r2, #4\n"                                                           \
    "ble.w 12f\n"                                                            \
    TINYTS_PANEL_ASM_EIGHT(BITS, FORM)                                       \
    TINYTS_PANEL_ASM_FOUR(BITS, FORM)                                        \
    "8:\n" /* behind a pixel */                                              \
    "ldr r0, [sp, #0]\n"                                                     \
    "ldr r1, [sp, #16]\n"                                                    \
    "ldr r2, [r0, #20]\n"                                                    \
    "add r1, r1, r2\n"                                                       \
    "str r1, [sp, #16]\n"                                                    \
    "ldr r1, [sp, #44]\n"                                                    \
    "ldr r2, [r0, #36]\n"                                                    \
    "add r1, r1, r2\n"                                                       \
    "str r1, [sp, #44]\n"                                                    \
    "ldr r1, [sp, #20]\n"                                                    \
    "subs r1, #1\n"                                                          \
    "str r1, [sp, #20]\n"                                                    \
    "bne.w 1b\n"                                                             \
    "add sp, #frame\n"                                                       \
    "pop {r4-r11, pc}\n"                                                     \
    ".purgem word\n"                                                         \
    ".purgem half\n"                                                         \
    ".purgem half8\n"                                                        \
    ".purgem word4\n"                                                        \
    ".purgem half4\n"                                                        \
    ".purgem half84\n"                                                       \
    ".purgem begin\n"                                                        \
    ".purgem flush4\n"                                                       \
    ".purgem flush\n"                                                        \
    TINYTS_PANEL_ASM_END(NAME))

#endif /* TINYTS_PANEL_ASM_1X8_H */
