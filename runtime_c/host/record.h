/*
 * The stream of recorded slices.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_HOST_RECORD_H
#define TINYTS_HOST_RECORD_H

#include <stdio.h>

/* Opened by the harness before the first run. */
extern FILE *tinyts_record_stream;

#endif /* TINYTS_HOST_RECORD_H */
