/*
 * Calls the model for the harness; the second call, after one to warm up, is measured.
 *
 * The harness is compiled with N_invoke named emulator_invoke. Arguments pass through.
 * MODEL_INVOKE names the model's function, MODEL_RESET, where it has state, that which
 * clears it. Around the second call the stack below is painted and searched for what was
 * overwritten; marks tell the emulator where to count, from the branch to its return.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
    .syntax unified
    .thumb

    .equ PAINT, 0xC5C5C5C5

    .bss
    .align 2
calls:
    .space 4

    .section .text.emulator_invoke, "ax", %progbits
    .align 2
    .global emulator_invoke
    .type emulator_invoke, %function
    .thumb_func
emulator_invoke:
    ldr r12, =calls
    push {r4, r5, r6, lr}
    ldr r4, [r12]
    adds r4, r4, #1
    str r4, [r12]
    cmp r4, #2
    beq measured
    bl MODEL_INVOKE
    pop {r4, r5, r6, pc}
measured:
#ifdef MODEL_RESET
    push {r0, r1, r2, r3}
    bl MODEL_RESET
    pop {r0, r1, r2, r3}
#endif
    ldr r4, =image_stack_bottom
    ldr r5, =PAINT
paint:
    str r5, [r4], #4
    cmp r4, sp
    blo paint
begin:
    bl MODEL_INVOKE
end:
    mov r6, r0
    ldr r4, =image_stack_bottom
search:
    ldr r0, [r4], #4
    cmp r0, r5
    bne found
    cmp r4, sp
    blo search
    adds r4, r4, #4
found:
    subs r4, r4, #4
    mov r0, sp
    subs r0, r0, r4
    bl emulator_report
    mov r0, r6
    pop {r4, r5, r6, pc}
    .ltorg

    /* As tinyts_count.h makes them: region 0. */
    .section .tinyts_marks, "", %progbits
    .word begin, 0, 0
    .word end, 1, 0
