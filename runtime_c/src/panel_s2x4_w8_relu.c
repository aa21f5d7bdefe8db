/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_s2x4.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_S2X4("tinyts_panel_s2x4_w8_relu", "w8", "relu", "0");
#else
void tinyts_panel_s2x4_w8_relu(const tinyts_panel_job *job) {
    tinyts_panel_s2x4(job, 8, TINYTS_FORM_RELU);
}
#endif
