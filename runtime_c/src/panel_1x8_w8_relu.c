/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_1X8("tinyts_panel_1x8_w8_relu", "w8", "relu",
                     TINYTS_PANEL_ASM_W8 TINYTS_PANEL_ASM_ODD("28")
                     ".set third, 40\n.set scale_bytes, 12\n");
#else
void tinyts_panel_1x8_w8_relu(const tinyts_panel_job *job) {
    tinyts_panel_1x8(job, 8, TINYTS_FORM_RELU);
}
#endif
