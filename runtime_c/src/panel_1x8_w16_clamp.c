/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm_1x8.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_1X8("tinyts_panel_1x8_w16_clamp", "w16", "clamp", "0");
#else
void tinyts_panel_1x8_w16_clamp(const tinyts_panel_job *job) {
    tinyts_panel_1x8(job, 16, TINYTS_FORM_CLAMP);
}
#endif
