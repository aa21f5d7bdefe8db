/*
 * Start of a bare-metal image on an emulated Cortex-M: vector table, memories, main.
 * Input and output go through semihosting (newlib's librdimon).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define MAX_ARGUMENTS 16
#define SYS_WRITE0 0x04
#define SYS_GET_CMDLINE 0x15
#define SYS_EXIT_EXTENDED 0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

/* Of the linker script. */
extern uint32_t image_stack_top[], image_data_load[], image_data_start[];
extern uint32_t image_data_end[], image_bss_start[], image_bss_end[];

extern void initialise_monitor_handles(void);
int main(int argc, char **argv);
void image_start(void);
void _init(void);
void _fini(void);
static void image_fault(void);

__attribute__((section(".vectors"), used))
static void (*const image_vectors[16])(void) = {
    (void (*)(void))image_stack_top, image_start, image_fault, image_fault,
    image_fault, image_fault, image_fault, image_fault,
    image_fault, image_fault, image_fault, image_fault,
    image_fault, image_fault, image_fault, image_fault,
};

/* Called by newlib's exit; there is nothing to undo. */
void _init(void) {}
void _fini(void) {}

static int semihosting(int operation, const void *argument) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void image_fault(void) {
    const uint32_t code[2] = {ADP_STOPPED_APPLICATION_EXIT, 70};
    semihosting(SYS_WRITE0, "the emulated core took a fault\n");
    semihosting(SYS_EXIT_EXTENDED, code);
    for (;;) {
    }
}

void image_start(void) {
    static char line[512];
    static char *arguments[MAX_ARGUMENTS + 1];
    const struct {
        char *buffer;
        uint32_t size;
    } request = {line, sizeof line};
    int count = 0;
#ifdef __ARM_FP
    CPACR |= 0xFu << 20; /* the FPU, for code that keeps integers in its registers */
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    memcpy(image_data_start, image_data_load,
           (size_t)((char *)image_data_end - (char *)image_data_start));
    memset(image_bss_start, 0, (size_t)((char *)image_bss_end - (char *)image_bss_start));
    initialise_monitor_handles();
    if (semihosting(SYS_GET_CMDLINE, &request) == 0) {
        for (char *word = strtok(line, " "); word != NULL && count < MAX_ARGUMENTS;
             word = strtok(NULL, " ")) {
            arguments[count++] = word;
        }
    }
    exit(main(count, arguments));
}
