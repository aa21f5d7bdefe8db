/*
 * TinyTS run-time kernels: int8 operators that read and write tensors by rows.
 *
 * A tensor is [height, width, channels] int8. Its rows need not be contiguous: a
 * tensor that the compiler has cut into slices is a table of row offsets into one
 * memory (the arena, or the caller's input or output). A kernel is called with a
 * constant description of its layer, the base addresses of the memories, and the
 * half-open range of output rows that it shall compute; everything else follows.
 *
 * In place: an output may lie over an input that is not needed after the call, as long
 * as no byte is overwritten before it was read for the last time. Kernels compute rows
 * ascending, in a row pixels ascending and in a pixel channels ascending, and write
 * nothing outside the pixels of the output; what each reads until when stands in its
 * header. Parts of the output that lie lower than the walk demands do no harm.
 *
 * Integer arithmetic and parameter names follow CMSIS-NN and TensorFlow Lite Micro;
 * results are bit-exact with TFLite Micro's reference kernels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_H
#define TINYTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A function of a header that is compiled by itself: inlined into a kernel it would put
 * more variables before the inner loops than there are registers.
 */
#if defined(__GNUC__)
#define TINYTS_APART static __attribute__((noinline, unused))
#else
#define TINYTS_APART static inline
#endif

/* Where the rows of a tensor are. */
typedef enum {
    TINYTS_ROWS_PITCH = 0,   /* row y at offset + y * row_pitch */
    TINYTS_ROWS_TABLE16 = 2, /* row y at offset + ((const uint16_t *)rows)[y] */
    TINYTS_ROWS_TABLE32 = 4  /* row y at offset + ((const uint32_t *)rows)[y] */
} tinyts_row_layout;

typedef struct {
    const void *rows;     /* table of byte offsets, one a row; NULL for PITCH */
    uint32_t offset;      /* bytes from the base of the memory */
    uint32_t row_pitch;   /* bytes from row to row, for PITCH */
    uint16_t pixel_pitch; /* bytes from pixel to pixel of a row, >= channels */
    uint16_t memory;      /* index into the table of base addresses */
    uint16_t layout;      /* a tinyts_row_layout */
    uint16_t height;      /* rows */
    uint16_t width;       /* pixels */
    uint16_t channels;
} tinyts_tensor;

/* Base addresses: the arena first, then inputs and outputs that lie outside it. */
typedef int8_t *const *tinyts_memory;

/* Address of row y (0 <= y < height) of a tensor. */
static inline int8_t *tinyts_row(const tinyts_tensor *tensor, tinyts_memory memory,
                                 int32_t y) {
    int8_t *const base = memory[tensor->memory] + tensor->offset;
    switch (tensor->layout) {
        case TINYTS_ROWS_TABLE16:
            return base + ((const uint16_t *)tensor->rows)[y];
        case TINYTS_ROWS_TABLE32:
            return base + ((const uint32_t *)tensor->rows)[y];
        default:
            return base + (uint32_t)y * tensor->row_pitch;
    }
}

typedef struct {
    int32_t w;
    int32_t h;
} tinyts_tile;

typedef struct {
    int32_t min;
    int32_t max;
} tinyts_activation;

/* Requantization of one value: multiplier in Q0.31, shift > 0 is to the left. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
} tinyts_per_tensor_quant_params;

/* The same for each output channel. */
typedef struct {
    const int32_t *multiplier;
    const int32_t *shift;
} tinyts_per_channel_quant_params;

/*
 * Geometry and offsets of a convolution. Tap (ky, kx) of output pixel (y, x) is the
 * input pixel (y * stride.h - padding.h + ky * dilation.h, and the same in x); taps
 * outside the input are skipped. Offsets: input_offset is minus the zero point of the
 * input, output_offset the zero point of the output.
 */
typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    tinyts_tile stride;
    tinyts_tile padding;
    tinyts_tile dilation;
    tinyts_activation activation;
} tinyts_conv_params;

/* Of a fully connected layer; filter_offset is minus the zero point of the weights. */
typedef struct {
    int32_t input_offset;
    int32_t filter_offset;
    int32_t output_offset;
    tinyts_activation activation;
} tinyts_fc_params;

/* Geometry of a pooling layer, as of a convolution without dilation. */
typedef struct {
    tinyts_tile stride;
    tinyts_tile padding;
    tinyts_activation activation;
} tinyts_pool_params;

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_H */
