/*
 * The protocol of the MLPerf Tiny benchmark over the serial port.
 *
 * Commands end with `%`; after each answer comes the prompt `m-ready`.
 *
 *   name                 m-name-dut-[...]
 *   profile              m-profile-[...], m-model-[...]
 *   timestamp            m-lap-us-MICROSECONDS
 *   db load N            the next N bytes are an upload
 *   db HH...             bytes in hexadecimal; m-load-done after the last one
 *   db print [N [FIRST]] the upload, or N bytes of it
 *   infer N [W]          N inferences after W (default 10) to warm up, between timestamps
 *   results              m-results-[...]
 *   layers               profile builds: m-layer-[TENSOR,CYCLES] of one inference
 *   help
 *
 * What is wrong with a command is said as e-[...].
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIRMWARE_PROTOCOL_H
#define FIRMWARE_PROTOCOL_H

/* Greets; then answers commands for ever. */
void firmware_protocol_run(void);

#endif /* FIRMWARE_PROTOCOL_H */
