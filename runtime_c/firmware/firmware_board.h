/*
 * What the firmware needs of a board: one file firmware_board_NAME.c implements it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_BOARD_H
#define FIRMWARE_BOARD_H

#include <stdint.h>

/* How often firmware_cycles counts in a second. */
extern const uint32_t firmware_cycles_hz;

/* Clocks, caches, cycle counter, serial port at 115200 baud. Called once. */
void firmware_board_start(void);

/* The next byte of the serial port; waits for it. */
char firmware_read(void);

/* Sends a byte; waits until the port takes it. */
void firmware_write(char byte);

/* A counter that runs all the time and wraps. */
uint32_t firmware_cycles(void);

#endif /* FIRMWARE_BOARD_H */
