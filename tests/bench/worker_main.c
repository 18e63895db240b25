/* stdinetd-bench-worker: the answer of handler_line by a worker. */
#include "worker.h"

#include "handler.h"

#include <string.h>

int main(void)
{
    struct worker_connection connection;
    SOCKET client;

    if (!worker_begin())
        return 2;
    while ((client = worker_accept(&connection)) != INVALID_SOCKET) {
        send(client, HANDLER_ANSWER, (int)strlen(HANDLER_ANSWER), 0);
        worker_done(&connection);
    }
    return 0;
}
