/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_2x4_parts.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_2X4_PARTS("tinyts_panel_2x4_w8s_relu", "w8s", "relu", "0");
#else
void tinyts_panel_2x4_w8s_relu(const tinyts_panel_job *job) {
    tinyts_panel_2x4_parts(job, 8, TINYTS_FORM_RELU, job->words / 2 & ~3);
}
#endif
