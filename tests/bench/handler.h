#ifndef STDINETD_BENCH_HANDLER_H
#define STDINETD_BENCH_HANDLER_H

#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What handlers and clients of the bench say to each other. */

/* The whole answer of the mode "line", and the first line of the mode "hold". */
#define HANDLER_ANSWER "this is stdinetd-bench and nothing else\n"

/* The mode "bytes" reads a decimal count and '\n', and writes that many blocks, each the same as
   handler_block. For each group of blocks that has arrived the client sends one byte, and the
   handler is never more than HANDLER_GROUPS_AHEAD groups ahead of them: Wine 8 hangs in a WriteFile
   that finds the socket's buffer full (its ntdll then receives where it should send). */
enum { HANDLER_BLOCK_SIZE = 64 * 1024, HANDLER_GROUP = 4, HANDLER_GROUPS_AHEAD = 2 };
extern char handler_block[HANDLER_BLOCK_SIZE];
void handler_fill_block(void);

/* Each serves a pair of handles to the end and returns an exit code; a socket may be both handles.
 */
int handler_line(HANDLE input, HANDLE output);
int handler_hold(HANDLE input, HANDLE output); /* stays until the client goes */
int handler_slow(HANDLE input,
                 HANDLE output); /* takes 300 ms to start; then as "line", once asked */
int handler_bytes(HANDLE input, HANDLE output);

#endif
