/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine serve`: puts the parts together, runs them, takes them apart in the order they need. */
#ifndef VT_SERVE_H
#define VT_SERVE_H

/* `argv` is what follows the subcommand. The process's exit status: 0 after a drain, 1 when it could
 * not start (one sentence on standard error), 2 for options that cannot be. */
int vt_serve_main(int argc, char **argv);

#endif
