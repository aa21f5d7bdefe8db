/*
 * NUCLEO-F767ZI: 216 MHz, caches, cycle counter of the core, USART3 on the ST-LINK.
 *
 * Everything here touches registers that no emulator has; nothing else does. Names and
 * values are those of ST's reference manual RM0410 and of Armv7-M.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware_board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define RCC_CR REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR REGISTER(0x40023808u)
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define PWR_CR1 REGISTER(0x40007000u)
#define PWR_CSR1 REGISTER(0x40007004u)
#define FLASH_ACR REGISTER(0x40023C00u)
#define GPIOD_MODER REGISTER(0x40020C00u)
#define GPIOD_AFRH REGISTER(0x40020C24u)
#define USART3_CR1 REGISTER(0x40004800u)
#define USART3_BRR REGISTER(0x4000480Cu)
#define USART3_ISR REGISTER(0x4000481Cu)
#define USART3_ICR REGISTER(0x40004820u)
#define USART3_RDR REGISTER(0x40004824u)
#define USART3_TDR REGISTER(0x40004828u)

#define CCR REGISTER(0xE000ED14u)
#define CCSIDR REGISTER(0xE000ED80u)
#define CSSELR REGISTER(0xE000ED84u)
#define ICIALLU REGISTER(0xE000EF50u)
#define DCISW REGISTER(0xE000EF60u)
#define DEMCR REGISTER(0xE000EDFCu)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CYCCNT REGISTER(0xE0001004u)
#define DWT_LAR REGISTER(0xE0001FB0u)

#define BIT(n) (1u << (n))
#define CORE_HZ 216000000u
#define APB1_HZ (CORE_HZ / 4)
#define BAUD 115200u
#define MANY_TRIES 100000

const uint32_t firmware_cycles_hz = CORE_HZ;

/* 8 MHz from the ST-LINK, or where it gives none the chip's own 16 MHz. */
static void start_clock(void) {
    uint32_t source = BIT(22); /* PLLSRC: HSE */
    uint32_t divider = 4;      /* to 2 MHz */
    int tries = MANY_TRIES;
    RCC_CR |= BIT(18) | BIT(16); /* HSEBYP, HSEON */
    while (!(RCC_CR & BIT(17)) && --tries > 0) {
    }
    if (tries == 0) {
        source = 0;
        divider = 8;
    }
    RCC_APB1ENR |= BIT(28);    /* PWR; its VOS is scale 1 after reset */
    (void)RCC_APB1ENR;
    RCC_PLLCFGR = divider | (216u << 6) | source | (9u << 24); /* M, N, P = 2, Q */
    RCC_CR |= BIT(24);         /* PLLON */
    PWR_CR1 |= BIT(16);        /* ODEN: above 180 MHz needs over-drive */
    while (!(PWR_CSR1 & BIT(16))) {
    }
    PWR_CR1 |= BIT(17);        /* ODSWEN */
    while (!(PWR_CSR1 & BIT(17))) {
    }
    FLASH_ACR = 7u | BIT(8) | BIT(9); /* 7 wait states, prefetch, ART */
    while ((FLASH_ACR & 15u) != 7u) {
    }
    while (!(RCC_CR & BIT(25))) { /* PLLRDY */
    }
    RCC_CFGR = (5u << 10) | (4u << 13); /* APB1 by 4, APB2 by 2 */
    RCC_CFGR |= 2u;                     /* SW: the PLL */
    while ((RCC_CFGR & 12u) != 8u) {
    }
}

static void barrier(void) { __asm__ volatile("dsb\n isb" ::: "memory"); }

static void start_caches(void) {
    ICIALLU = 0;
    CSSELR = 0; /* the data cache of level 1 */
    barrier();
    const uint32_t size = CCSIDR;
    const uint32_t sets = (size >> 13 & 0x7FFFu) + 1, ways = (size >> 3 & 0x3FFu) + 1;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) {
            DCISW = set << 5 | way << 30; /* lines of 32 bytes, four ways */
        }
    }
    barrier();
    CCR |= BIT(17) | BIT(16); /* instruction and data cache */
    barrier();
}

static void start_counter(void) {
    DEMCR |= BIT(24); /* TRCENA */
    DWT_LAR = 0xC5ACCE55u;
    DWT_CYCCNT = 0;
    DWT_CTRL |= BIT(0);
}

/* PD8 sends, PD9 receives, both as alternate function 7. */
static void start_port(void) {
    RCC_AHB1ENR |= BIT(3);
    RCC_APB1ENR |= BIT(18);
    (void)RCC_APB1ENR;
    GPIOD_AFRH = (GPIOD_AFRH & ~0xFFu) | 0x77u;
    GPIOD_MODER = (GPIOD_MODER & ~(15u << 16)) | 10u << 16;
    USART3_BRR = (APB1_HZ + BAUD / 2) / BAUD;
    USART3_CR1 = BIT(3) | BIT(2) | BIT(0); /* TE, RE, UE */
}

void firmware_board_start(void) {
    start_clock();
    start_caches();
    start_counter();
    start_port();
}

char firmware_read(void) {
    while (!(USART3_ISR & BIT(5))) { /* RXNE */
        USART3_ICR = BIT(3);         /* ORECF: an overrun must not block */
    }
    return (char)USART3_RDR;
}

void firmware_write(char byte) {
    while (!(USART3_ISR & BIT(7))) { /* TXE */
    }
    USART3_TDR = (uint8_t)byte;
}

uint32_t firmware_cycles(void) { return DWT_CYCCNT; }
