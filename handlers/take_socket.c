/* take_socket PID HANDLE: takes the socket that give_socket has said, and serves its client: each
   line comes back in capitals. The other half of the pair; read in worker.h what it means that a
   process may do this. */

#include "worker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void serve(SOCKET client)
{
    char block[1024];
    int count =
        snprintf(block, sizeof block, "process %lu has taken you\r\n", GetCurrentProcessId());

    while (count > 0 && send(client, block, count, 0) == count) {
        count = recv(client, block, sizeof block, 0);
        for (int i = 0; i < count; i++)
            block[i] = (char)toupper((unsigned char)block[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: take_socket PID HANDLE\n", stderr);
        return 2;
    }
    SOCKET client = worker_take_socket(strtoul(argv[1], NULL, 10),
                                       (HANDLE)(uintptr_t)strtoull(argv[2], NULL, 10), false);
    if (client == INVALID_SOCKET) {
        fprintf(stderr, "take_socket: Windows error %d\n", WSAGetLastError());
        return 1;
    }
    serve(client);
    shutdown(client, SD_SEND);
    closesocket(client);
    return 0;
}
