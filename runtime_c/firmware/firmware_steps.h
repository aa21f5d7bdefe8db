/*
 * Included before a model in a profile build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_STEPS_H
#define FIRMWARE_STEPS_H

#include "firmware_profile.h"

#define TINYTS_STEP(layer) firmware_profile_step(layer)

#endif /* FIRMWARE_STEPS_H */
