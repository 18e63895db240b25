#ifndef STDINETD_WORKER_H
#define STDINETD_WORKER_H

/* The worker library: what a program adds to serve one connection after the other, or several at a
   time, for a service with "workers = N". Copy worker.h and worker.c into the program; they need
   nothing else of stdinetd. The protocol is described in README.md beside them.

     int main(void)
     {
         struct worker_connection connection;
         SOCKET client;

         if (!worker_begin())
             return 1; // not started by stdinetd
         while ((client = worker_accept(&connection)) != INVALID_SOCKET) {
             send(client, "hello\r\n", 7, 0);
             worker_done(&connection);
         }
         return 0;
     }

   Any number of threads may call worker_accept and worker_done. */

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* A connection from worker_accept to worker_done. It must stay where it is in that time. */
struct worker_connection {
    uint64_t number; /* how the server's log calls it: "web#17" has 17 */
    SOCKET socket;   /* overlapped and blocking; yours, but closed by worker_done alone */
    /* The two ends. An IPv4 client is AF_INET, also where the socket is an IPv6 one. */
    struct sockaddr_storage peer, local;
    /* Not 0 once the server wants the connection to end (max_time): it has shut the socket down,
       and what waits on it has been cancelled. Call worker_done soon: after stop_time this process
       is ended. */
    volatile LONG cancelled;
    /* the library's: */
    struct worker_connection *next;
    bool may_shut_down;
};

/* Once, before anything else and before other threads use standard input or output. Takes the
   process's standard input and output for the protocol and puts NUL in their place, so that a
   stray printf does no harm; stderr stays what it is, the server's log. Starts Winsock, and one
   thread that reads what the server says. False with GetLastError() set where it cannot be:
   ERROR_NOT_SUPPORTED where stdinetd has not started this process as a worker, so that a program
   can serve in another way then. */
bool worker_begin(void);

/* Waits for the next connection and says that this worker has it: from here on it is lost if the
   process ends, before it would be given to another worker. INVALID_SOCKET when there will be no
   more, because the server has asked this worker to end or is gone: then finish what is open and
   exit. */
SOCKET worker_accept(struct worker_connection *connection);

/* The peer as the log has it: "192.0.2.1:51820" or "[2001:db8::1]:51820". */
#define WORKER_PEER_SIZE 88
void worker_peer(const struct worker_connection *connection, char text[WORKER_PEER_SIZE]);

/* The connection is served. Closes its socket and tells the client and the server, which has a copy
   of it and sees to it that the client gets all that was sent. No I/O may be under way on it. */
void worker_done(struct worker_connection *connection);

/* For pairs of programs of your own, without a server: takes the socket that the process pid has
   under the number handle, which is closed there, and which it must know nothing of afterwards: it
   must neither use it nor call closesocket, since the number may mean something else by then.
   INVALID_SOCKET with WSAGetLastError() on failure; the source's handle may be closed all the same.
   A child of this process inherits it only where inheritable is true.

   Mind what it takes: the right PROCESS_DUP_HANDLE to the other process, with which one can take
   any of its handles, the one of the process itself included (DuplicateHandle of the pseudo handle
   -1), and so do whatever that process may do. Grant it to nobody who may not have all of that.
   And the two numbers are taken at their word: pid must be known to be still the process that is
   meant (hold a handle of it), and handle to be a socket. A layered provider's socket is no real
   handle and cannot be taken; WSADuplicateSocketW, which the giving process calls, knows all kinds
   of sockets and needs no such right in the process that takes. */
SOCKET worker_take_socket(DWORD pid, HANDLE handle, bool inheritable);

#endif
