/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine doctor`: looks at everything a server needs around it, and names the line to change. */
#ifndef VT_DOCTOR_H
#define VT_DOCTOR_H

/* argv[0] is "doctor". The exit status: 0 nothing fails, 1 something does, 2 a wrong command line. */
int vt_doctor_main(int argc, char **argv);

#endif
