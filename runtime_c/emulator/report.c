/*
 * Writes what measure.S found to a file of the host.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void emulator_report(uint32_t stack_bytes);

void emulator_report(uint32_t stack_bytes) {
    FILE *const file = fopen("stack.txt", "w");
    if (file == NULL || fprintf(file, "%lu\n", (unsigned long)stack_bytes) < 0 ||
        fclose(file) != 0) {
        perror("stack.txt");
        exit(2);
    }
}
