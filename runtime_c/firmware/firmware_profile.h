/*
 * Cycles of each layer, where the model is built with firmware_steps.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_PROFILE_H
#define FIRMWARE_PROFILE_H

#include <stdint.h>

/* Cycles from now on belong to a layer; to none where it is negative. */
void firmware_profile_step(int32_t layer);

void firmware_profile_clear(void);

/* A line m-layer-[TENSOR,CYCLES] for each layer: the mean of the inferences. */
void firmware_profile_put(void);

/* Called after each inference. */
void firmware_profile_end(void);

#endif /* FIRMWARE_PROFILE_H */
