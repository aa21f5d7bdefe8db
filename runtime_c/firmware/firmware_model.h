/*
 * The model as the protocol sees it; `python -m tools.firmware` generates the source.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_MODEL_H
#define FIRMWARE_MODEL_H

#include <stdint.h>

/* What `profile` calls the model, such as ic01. */
extern const char firmware_model_name[];

/* Where an upload goes, and how many bytes it has. */
extern uint8_t firmware_upload[];
extern const uint32_t firmware_upload_bytes;

/* Once, before anything else. */
void firmware_model_start(void);

/* Makes the model's inputs from the upload. */
void firmware_model_load(void);

/* One inference; 0, or the model's error. */
int firmware_model_infer(void);

/* The results, as numbers with commas between them. */
void firmware_model_put_results(void);

#endif /* FIRMWARE_MODEL_H */
