/*
 * UNIDIRECTIONAL_SEQUENCE_LSTM, int8, with a cell state of int16: without projection,
 * peepholes and normalization.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_SEQUENCE_LSTM_H
#define TINYTS_SEQUENCE_LSTM_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gates are in the order input, forget, cell, output; N units. */
typedef struct {
    const tinyts_tensor *input;  /* a step a pixel, in order: [.., .., K] */
    const tinyts_tensor *output; /* as many pixels: [.., .., N] */
    const tinyts_tensor *hidden; /* N values: the last output */
    const tinyts_tensor *cell;   /* N values of int16, at any address */
    const int8_t *input_weights;     /* [4][N][K] */
    const int8_t *recurrent_weights; /* [4][N][N] */
    const int32_t *bias;             /* [4][N] */
    const int32_t *sigmoid_table;    /* sigmoid(i / 24) in Q0.16, 256 values */
    tinyts_per_channel_quant_params input_quant;     /* of 4 gates: to Q3.12 */
    tinyts_per_channel_quant_params recurrent_quant; /* of 4 gates: to Q3.12 */
    tinyts_per_tensor_quant_params forget_quant;     /* forget gate times cell state */
    tinyts_per_tensor_quant_params update_quant;     /* input gate times cell gate */
    tinyts_per_tensor_quant_params hidden_quant;     /* tanh of the cell state times
                                                      * output gate */
    int32_t input_offset; /* minus the zero point of the input */
    int32_t hidden_zero_point;
    int32_t tanh_shift; /* -16..12: a cell state times 2^tanh_shift is Q3.12 */
    int32_t cell_clip;  /* largest magnitude of a cell state, or -1 */
} tinyts_sequence_lstm_layer;

/*
 * Compute all steps, and update both states where they lie; first = 0, last = the
 * output's height.
 *
 * Accumulates modulo 2^32. Arithmetic as TFLite Micro's EvalLstm for int8 activations.
 */
void tinyts_sequence_lstm(const tinyts_sequence_lstm_layer *layer, tinyts_memory memory,
                          int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_SEQUENCE_LSTM_H */
