/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_asm.h"
#include "tinyts_panel_twin.h"

#if TINYTS_HAS_DSP
TINYTS_PANEL_ASM_2X4_SPLIT("tinyts_panel_2x4_w8s_relu", "w8s", "relu",
                           TINYTS_PANEL_ASM_W8S TINYTS_PANEL_ASM_ODD("28")
                           TINYTS_PANEL_ASM_SPLIT_2
                           ".set third, 40\n.set scale_bytes, 12\n");
#else
void tinyts_panel_2x4_w8s_relu(const tinyts_panel_job *job) {
    tinyts_panel_2x4_parts(job, 8, TINYTS_FORM_RELU, job->words / 2 & ~3);
}
#endif
