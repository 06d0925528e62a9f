/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine backup` and `vitrine restore`.
 *
 * A backup is a folder of its own, `vitrine-20261122T101500Z`, made beside a running server: the store and
 * the audit log, each as it was at one moment, then masters, originals, uploads and catalogues, and last a
 * manifest; without one it is no backup. Everything acknowledged before it began is in it. The cache is not,
 * nor the key unless asked for.
 *
 * A restore needs the server stopped. It makes everything ready beside what is there, looks whether store,
 * audit log and files are whole, erases again what was erased since, raises every epoch, and only then
 * exchanges the two; what was there is kept in a folder of its own. */
#ifndef VT_BACKUP_H
#define VT_BACKUP_H

/* argv[0] is the name. The exit status: 0 done, 1 refused or failed, 2 a wrong command line. */
int vt_backup_main(int argc, char **argv);
int vt_restore_main(int argc, char **argv);

#endif
