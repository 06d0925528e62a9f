/* SPDX-License-Identifier: Apache-2.0 */
/* The process behind `vitrine media-worker`: the parent that forks workers, and a worker.
 *
 * Nothing here is called by the server, which talks to it through pool.h. */
#ifndef VT_MEDIA_WORKER_H
#define VT_MEDIA_WORKER_H

/* main() of the parent. Its socket to the server is descriptor VT_WIRE_CONTROL_FD; it ends, and its
 * workers with it, when the server closes that. */
int vt_worker_main(int argc, char **argv);

/* Limits of memory, files and cores; not dumpable; dies with its parent. Before the libraries warm up. */
int vt_worker_limit(void);

/* From here on: no open, no socket, no exec, no fork, no new executable page. One way only. */
int vt_worker_seal(void);

#endif
