/* SPDX-License-Identifier: Apache-2.0 */
/* What every process can say of itself, under the names Prometheus' own clients use:
 * process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds,
 * process_start_time_seconds, and vitrine_build_info. Read from /proc when the page is asked for. */
#ifndef VT_METRICS_PROCESS_H
#define VT_METRICS_PROCESS_H

/* Registers them at the first call, reads them at each. Loop thread. */
void vt_metrics_refresh_process(void);

#endif
