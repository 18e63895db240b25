#ifndef STDINETD_TESTS_PROBE_H
#define STDINETD_TESTS_PROBE_H

/* The handlers that only tests start: "probe MODE [ARGUMENT]". Output is in UTF-8, its lines end in
   "\n", and it is not buffered. A mode returns the exit code. */

#include <wchar.h>

/* endings.c: how a handler comes to its end, or does not */
int probe_exit(wchar_t **arguments);  /* N: exits with this code at once */
int probe_crash(wchar_t **arguments); /* writes "crashing", reads from address 0 */
int probe_hang(wchar_t **arguments);  /* writes its process id and never ends */
int probe_deaf(wchar_t **arguments);  /* the same, and ignores Ctrl-Break */
int probe_polite(
    wchar_t **arguments); /* the same, but at Ctrl-Break it writes "break" and exits 3 */
int probe_flood(wchar_t **arguments);    /* N: writes N bytes, reads nothing, exits */
int probe_sink(wchar_t **arguments);     /* reads all there is, then writes how many bytes it was */
int probe_allocate(wchar_t **arguments); /* N: says whether it can have so many bytes */
int probe_spin(wchar_t **arguments);     /* uses all the processor time it gets, for ever */
int probe_close_stdin(wchar_t **arguments); /* reads a line, closes stdin, then writes that line */
int probe_parent(wchar_t **arguments);      /* [quiet]: see spawn in endings.c */

/* duplex.c: both ways apart */
int probe_duplex(wchar_t **arguments); /* N: see there */
int probe_close_stdout(
    wchar_t **arguments); /* writes "bye", closes stdout, reads all, tells stderr how much */

/* echoes.c: what comes goes back, but … */
int probe_echo_on_pipe(wchar_t **arguments);   /* with a socket it complains, and exits 1 */
int probe_echo_on_socket(wchar_t **arguments); /* with pipes it does */
int probe_echo_late(wchar_t **arguments);      /* on a socket, each line when the next one comes */
int probe_echo_threads(wchar_t **arguments);   /* one thread reads, another writes */
int probe_echo_for_ever(wchar_t **arguments);  /* it never ends */
int probe_echo_text(wchar_t **arguments);      /* in text mode */
int probe_echo_but(wchar_t **arguments);       /* [stop] BYTE: see there */
int probe_echo_lines(wchar_t **arguments);     /* N lines, and reads the rest */

/* surroundings.c: what a handler finds around it */
int probe_arguments(wchar_t **arguments); /* its arguments, one per line */
int probe_environment(wchar_t **arguments);
int probe_folder(wchar_t **arguments);
int probe_handles(wchar_t **arguments); /* every handle it has: value, type, kind */
int probe_console(wchar_t **arguments);
int probe_socket(wchar_t **arguments); /* options of the socket that is its stdin */
int probe_limits(wchar_t **arguments); /* those of its job */
int probe_priority(wchar_t **arguments);

/* rights.c: what a handler may do */
int probe_rights(wchar_t **arguments);     /* user, groups, privileges, integrity, one per line */
int probe_break_away(wchar_t **arguments); /* whether it can start a process outside of its job */

/* errors.c: what a handler writes to stderr */
int probe_stderr(wchar_t **arguments);        /* TEXT: one line, none on stdout */
int probe_stderr_flood(wchar_t **arguments);  /* N: "line 1." to "line N." */
int probe_stderr_long(wchar_t **arguments);   /* N: N times "x", no end of line */
int probe_stderr_binary(wchar_t **arguments); /* every byte from 0 to 255, and an end of line */
int probe_stderr_handle(
    wchar_t **arguments); /* on stdout its process id and stderr; reads a line */

/* early.c: what is started before its connection comes */
int probe_early(wchar_t **arguments); /* writes "ready", to stderr "early"; then each line back, and
                                         to stderr "heard LINE" */
int probe_peer(wchar_t **arguments);  /* the other end's address, of the socket that is its stdin */

/* One line of UTF-8 to stdout. */
void say(const wchar_t *format, ...);

/* Reads one line, byte by byte, so that nothing behind it is taken. Returns its length; "\n" is cut
   off. At the end of input the length is that of what came before it. */
size_t hear(char *line, size_t size);

#endif
