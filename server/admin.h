/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine admin`: sites, associates, tokens and catalogues from the command line, also while the
 * server runs, which notices within two seconds. */
#ifndef VT_ADMIN_H
#define VT_ADMIN_H

/* argv[0] is "admin". Returns the exit status: 0 done, 1 refused or failed, 2 a wrong command line. */
int vt_admin_main(int argc, char **argv);

#endif
