/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_1x8.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_1X8("tinyts_panel_1x8_w8s_relu", "w8s", "relu", "0");
#else
void tinyts_panel_1x8_w8s_relu(const tinyts_panel_job *job) {
    tinyts_panel_1x8_runs(job, TINYTS_FORM_RELU);
}
#endif
