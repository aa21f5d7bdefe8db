/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_2X4("tinyts_panel_2x4_w8_any", "w8", "any",
                     TINYTS_PANEL_ASM_W8 TINYTS_PANEL_ASM_ODD("32")
                     TINYTS_PANEL_ASM_ODD_2("56")
                     ".set third, 40\n.set scale_bytes, 12\n");
#else
void tinyts_panel_2x4_w8_any(const tinyts_panel_job *job) {
    tinyts_panel_2x4(job, 8, TINYTS_FORM_ANY);
}
#endif
