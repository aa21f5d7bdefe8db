/*
 * FIRMWARE_LAYERS is one more than the highest number of a layer in a profile build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware_profile.h"

#include "firmware_board.h"
#include "firmware_text.h"

#ifdef FIRMWARE_LAYERS

static uint64_t spent[FIRMWARE_LAYERS];
static uint32_t since, runs;
static int32_t current = -1;

void firmware_profile_step(int32_t layer) {
    const uint32_t now = firmware_cycles();
    if (current >= 0) {
        spent[current] += (uint32_t)(now - since);
    }
    current = layer;
    since = firmware_cycles();
}

void firmware_profile_end(void) {
    firmware_profile_step(-1);
    runs++;
}

void firmware_profile_clear(void) {
    for (int32_t i = 0; i < FIRMWARE_LAYERS; i++) {
        spent[i] = 0;
    }
    runs = 0;
}

void firmware_profile_put(void) {
    for (int32_t i = 0; i < FIRMWARE_LAYERS && runs != 0; i++) {
        if (spent[i] != 0) {
            firmware_put("m-layer-[");
            firmware_put_unsigned((uint32_t)i);
            firmware_put(",");
            firmware_put_unsigned((uint32_t)(spent[i] / runs));
            firmware_put("]\r\n");
        }
    }
}

#else

void firmware_profile_step(int32_t layer) { (void)layer; }
void firmware_profile_end(void) {}
void firmware_profile_clear(void) {}
void firmware_profile_put(void) {
    firmware_put("e-[Build with --profile-layers for cycles of layers]\r\n");
}

#endif
