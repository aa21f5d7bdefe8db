/*
 * Included before a model: its steps become marks for the emulator.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_STEPS_H
#define TINYTS_STEPS_H

#include "tinyts_count.h"

#define TINYTS_STEP(layer) TINYTS_MARK(TINYTS_MARK_STEP, layer)

#endif /* TINYTS_STEPS_H */
