/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_s2x4.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_S2X4_SUM("tinyts_panel_s2x4_w16_sum", "w16");
#else
void tinyts_panel_s2x4_w16_sum(const tinyts_panel_job *job) {
    tinyts_panel_s2x4(job, 16, TINYTS_FORM_SUM);
}
#endif
