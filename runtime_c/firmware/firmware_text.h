/*
 * Text on the serial port, without printf.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_TEXT_H
#define FIRMWARE_TEXT_H

#include <stdint.h>

void firmware_put(const char *text);

void firmware_put_unsigned(uint32_t value);

/* Two hexadecimal digits. */
void firmware_put_byte(uint8_t byte);

/* Three digits after the point, rounded to nearest; beyond +-2000000 that is written. */
void firmware_put_thousandths(float value);

#endif /* FIRMWARE_TEXT_H */
