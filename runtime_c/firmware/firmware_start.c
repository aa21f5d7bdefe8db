/*
 * Start of the firmware: vector table, memories, board, protocol.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <string.h>

#include "firmware_board.h"
#include "firmware_model.h"
#include "firmware_protocol.h"

#define CPACR (*(volatile uint32_t *)0xE000ED88u)

/* Of the linker script. */
extern uint32_t firmware_stack_top[], firmware_data_load[], firmware_data_start[];
extern uint32_t firmware_data_end[], firmware_bss_start[], firmware_bss_end[];

void firmware_start(void);
static void stop(void);

__attribute__((section(".vectors"), used))
static void (*const firmware_vectors[16])(void) = {
    (void (*)(void))firmware_stack_top, firmware_start, stop, stop, stop, stop, stop, stop,
    stop, stop, stop, stop, stop, stop, stop, stop,
};

/* A fault: for the debugger to find. No interrupt is enabled. */
static void stop(void) {
    for (;;) {
    }
}

void firmware_start(void) {
#ifdef __ARM_FP
    CPACR |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    memcpy(firmware_data_start, firmware_data_load,
           (size_t)((char *)firmware_data_end - (char *)firmware_data_start));
    memset(firmware_bss_start, 0,
           (size_t)((char *)firmware_bss_end - (char *)firmware_bss_start));
    firmware_board_start();
    firmware_model_start();
    firmware_protocol_run();
}
