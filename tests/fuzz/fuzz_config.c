/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file of any bytes: it is taken or refused with one sentence, and whatever is taken lies
 * within its row's range. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/config_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ranges(const struct vt_config *config)
{
    for (size_t i = 0; i < vt_options_n; i++) {
        const struct vt_option *option = &vt_options[i];
        const char *field = (const char *)config + option->offset;
        if (option->type == VT_OPTION_text || option->type == VT_OPTION_flag)
            continue;
        assert(*(const int64_t *)field >= option->min && *(const int64_t *)field <= option->max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_config config;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(8192);
    if (vt_config_load(&config, 0, NULL, NULL, &error) != VT_OK)
        return 0;
    struct vt_config_load load = { &config, &error, calloc(vt_options_n, VT_OPTION_SOURCE_MAX) };
    int err = vt_config_read_text(&load, (struct vt_str){ (const char *)data, size }, "fuzz.conf");
    if (err == VT_OK)
        err = vt_config_check(&load);
    /* A refusal always says why, in valid text. */
    assert((err == VT_OK) == (error.len == 0));
    assert(vt_utf8_valid(vt_buf_view(&error).ptr, error.len));
    check_ranges(&config);
    vt_config_finish(&config);
    free(load.sources);
    return 0;
}
