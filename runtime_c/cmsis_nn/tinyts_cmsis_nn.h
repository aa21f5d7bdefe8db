/*
 * Calls of CMSIS-NN: its structures from ours, and slices of tensors as images.
 *
 * The compiler makes such a layer only where the rows that each call reads and writes
 * lie in memory without gaps and CMSIS-NN accepts its arguments, so no status is asked
 * for. CMSIS-NN itself is not part of TinyTS: its headers come from a checkout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CMSIS_NN_H
#define TINYTS_CMSIS_NN_H

#include <arm_nnfunctions.h>

#include "tinyts.h"

#ifdef __ARM_FEATURE_MVE
#error "tinyts: --kernels cmsis-nn sizes its scratch for cores without MVE (Helium)"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of a tensor that a call sees, as an image of its own. */
typedef struct {
    const int8_t *pixels;
    int32_t height;
    int32_t padding; /* rows of padding above; what is missing below is padding too */
} tinyts_cmsis_nn_slice;

/* What the windows of output rows first..last-1 see; each meets at least one row. */
static inline tinyts_cmsis_nn_slice tinyts_cmsis_nn_slice_of(
    const tinyts_tensor *input, tinyts_memory memory, int32_t first, int32_t last,
    int32_t taps, int32_t stride, int32_t padding, int32_t dilation) {
    const int32_t low = first * stride - padding;
    const int32_t high = (last - 1) * stride - padding + (taps - 1) * dilation + 1;
    const int32_t from = low > 0 ? low : 0;
    const int32_t to = high < input->height ? high : input->height;
    const tinyts_cmsis_nn_slice slice = {tinyts_row(input, memory, from), to - from,
                                         from - low};
    return slice;
}

/* The dimensions of some rows of a tensor. */
static inline cmsis_nn_dims tinyts_cmsis_nn_dims(const tinyts_tensor *tensor,
                                                 int32_t rows) {
    const cmsis_nn_dims dims = {1, rows, tensor->width, tensor->channels};
    return dims;
}

static inline cmsis_nn_tile tinyts_cmsis_nn_tile(tinyts_tile tile) {
    const cmsis_nn_tile same = {tile.w, tile.h};
    return same;
}

static inline cmsis_nn_activation tinyts_cmsis_nn_clamp(tinyts_activation activation) {
    const cmsis_nn_activation same = {activation.min, activation.max};
    return same;
}

/* Scratch of the call whose first row is `first`: that row of a table, or none. */
static inline cmsis_nn_context tinyts_cmsis_nn_scratch(const tinyts_tensor *workspace,
                                                       tinyts_memory memory,
                                                       int32_t first) {
    cmsis_nn_context context = {NULL, 0};
    if (workspace != NULL) {
        context.buf = tinyts_row(workspace, memory, first);
        context.size = workspace->width;
    }
    return context;
}

/* Where the slice ends that begins at row `first` of rows up to last-1. */
static inline int32_t tinyts_cmsis_nn_end(int32_t first, int32_t step, int32_t last) {
    return last - first < step ? last : first + step;
}

/* Constants that CMSIS-NN reads only, although its structures do not say so. */
static inline int32_t *tinyts_cmsis_nn_read_only(const int32_t *values) {
    return (int32_t *)(uintptr_t)values;
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CMSIS_NN_H */
