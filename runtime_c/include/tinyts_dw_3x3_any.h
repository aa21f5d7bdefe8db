/*
 * Rows of a depthwise convolution of 3x3 taps from the stream of tinyts_dw_3x3.h, with
 * rows of any pixel pitch: slow and small, for the rows that no instance was made for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_DW_3X3_ANY_H
#define TINYTS_DW_3X3_ANY_H

#include "tinyts_dw_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tinyts_dw_row; a stage's shift of 0 means the form any. In order as tinyts_dw_3x3. */
tinyts_dw_row tinyts_dw_3x3_any;

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_DW_3X3_ANY_H */
