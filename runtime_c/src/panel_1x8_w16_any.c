/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_1X8("tinyts_panel_1x8_w16_any", "w16", "any",
                     TINYTS_PANEL_ASM_W16 TINYTS_PANEL_ASM_SAME("28")
                     ".set third, 40\n.set scale_bytes, 12\n");
#else
void tinyts_panel_1x8_w16_any(const tinyts_panel_job *job) {
    tinyts_panel_1x8(job, 16, TINYTS_FORM_ANY);
}
#endif
