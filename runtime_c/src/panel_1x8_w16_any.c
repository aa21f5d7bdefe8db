/* SPDX-License-Identifier: Apache-2.0 */
#include "tinyts_panel_twin.h"

void tinyts_panel_1x8_w16_any(const tinyts_panel_job *job) {
    tinyts_panel_1x8(job, 16, TINYTS_FORM_ANY);
}
