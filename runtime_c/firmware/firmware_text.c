/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware_text.h"

#include "firmware_board.h"

#define LARGEST 2000000.0f

void firmware_put(const char *text) {
    while (*text != '\0') {
        firmware_write(*text++);
    }
}

void firmware_put_unsigned(uint32_t value) {
    char digits[11];
    char *digit = digits + sizeof digits - 1;
    *digit = '\0';
    do {
        *--digit = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    firmware_put(digit);
}

void firmware_put_byte(uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    firmware_write(digits[byte >> 4]);
    firmware_write(digits[byte & 15]);
}

void firmware_put_thousandths(float value) {
    if (value < 0) {
        value = -value;
        firmware_write('-');
    }
    if (!(value < LARGEST)) { /* not a number either */
        value = LARGEST;
    }
    const uint32_t thousandths = (uint32_t)(value * 1000.0f + 0.5f);
    firmware_put_unsigned(thousandths / 1000);
    firmware_write('.');
    firmware_write((char)('0' + thousandths / 100 % 10));
    firmware_write((char)('0' + thousandths / 10 % 10));
    firmware_write((char)('0' + thousandths % 10));
}
