/*
 * Arm MPS2 with AN500, on the FPGA or in QEMU: CMSDK UART 0, counter of the FPGA.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware_board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u)
#define UART_CONTROL REGISTER(0x40004008u)
#define UART_INTERRUPT REGISTER(0x4000400Cu)
#define UART_DIVIDER REGISTER(0x40004010u)
#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR REGISTER(0xE000E280u)
#define FPGA_COUNTER REGISTER(0x40028018u)
#define FPGA_PRESCALE REGISTER(0x4002801Cu)

#define STATE_SEND_FULL 1u
#define STATE_RECEIVED 2u
#define CONTROL_SEND_AND_RECEIVE 3u
#define CONTROL_RECEIVE_INTERRUPT 8u
#define RECEIVE_INTERRUPT 2u
#define UART_0_RECEIVE 1u /* interrupt 0 */

/* Of the UART, the FPGA's counter and the core. In QEMU an instruction takes 1 ns. */
const uint32_t firmware_cycles_hz = 25000000u;

void firmware_board_start(void) {
    UART_DIVIDER = firmware_cycles_hz / 115200u;
    UART_CONTROL = CONTROL_SEND_AND_RECEIVE | CONTROL_RECEIVE_INTERRUPT;
    FPGA_PRESCALE = 0;
    __asm__ volatile("cpsid i"); /* the interrupt wakes the core; it is not taken */
    NVIC_ENABLE = UART_0_RECEIVE;
}

char firmware_read(void) {
    for (;;) {
        UART_INTERRUPT = RECEIVE_INTERRUPT;
        NVIC_CLEAR = UART_0_RECEIVE;
        if (UART_STATE & STATE_RECEIVED) {
            return (char)UART_DATA;
        }
        __asm__ volatile("wfi");
    }
}

void firmware_write(char byte) {
    while (UART_STATE & STATE_SEND_FULL) {
    }
    UART_DATA = (uint8_t)byte;
}

uint32_t firmware_cycles(void) { return FPGA_COUNTER; }
