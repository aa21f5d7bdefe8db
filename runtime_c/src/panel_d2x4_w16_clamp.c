/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_d2x4.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_D2X4("tinyts_panel_d2x4_w16_clamp", "clamp", "0");
#else
void tinyts_panel_d2x4_w16_clamp(const tinyts_panel_job *job) {
    tinyts_panel_d2x4(job, 16, TINYTS_FORM_CLAMP);
}
#endif
