/*
 * Marks between which the emulator counts instructions.
 *
 * A mark is an address in the program, kept in a section that is not loaded: it adds no
 * instruction. Code between TINYTS_COUNT_BEGIN(n) and TINYTS_COUNT_END(n), with
 * n = 0..255 a constant, is counted exactly, each time it runs. On the host both are
 * nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_COUNT_H
#define TINYTS_COUNT_H

#define TINYTS_MARK_BEGIN 0
#define TINYTS_MARK_END 1
#define TINYTS_MARK_STEP 2

#ifdef __arm__
#define TINYTS_MARK(kind, number)                                                        \
    __asm__ volatile("1:\n"                                                              \
                     ".pushsection .tinyts_marks, \"\", %%progbits\n"                    \
                     ".word 1b, %c0, %c1\n"                                              \
                     ".popsection"                                                       \
                     :                                                                   \
                     : "i"(kind), "i"(number)                                            \
                     : "memory")
#else
#define TINYTS_MARK(kind, number) ((void)0)
#endif

#define TINYTS_COUNT_BEGIN(number) TINYTS_MARK(TINYTS_MARK_BEGIN, number)
#define TINYTS_COUNT_END(number) TINYTS_MARK(TINYTS_MARK_END, number)

#endif /* TINYTS_COUNT_H */
