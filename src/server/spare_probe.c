#include "server/spare_probe.h"

#include "server/launch.h"
#include "server/server.h"
#include "windows/file.h"
#include "windows/text.h"

#include <mswsock.h>
#include <stdlib.h>

enum { PROBE_MS = 2000, ADDRESS_SIZE = sizeof(struct sockaddr_storage) + 16 };

struct probe {
    SOCKET listener, accepted, client;
    HANDLE held[SPARE_SLOTS]; /* what the process has */
    struct child child;
    OVERLAPPED overlapped;
    char addresses[2 * ADDRESS_SIZE];
};

static bool listen_on_loopback(struct probe *probe, struct sockaddr_in *address)
{
    int length = sizeof *address;

    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    probe->listener = socket_create(AF_INET, true);
    probe->accepted = socket_create(AF_INET, false);
    probe->client = socket_create(AF_INET, false);
    return probe->listener != INVALID_SOCKET && probe->accepted != INVALID_SOCKET &&
           probe->client != INVALID_SOCKET &&
           bind(probe->listener, (const struct sockaddr *)address, length) == 0 &&
           listen(probe->listener, 1) == 0 &&
           getsockname(probe->listener, (struct sockaddr *)address, &length) == 0;
}

static bool start_holder(struct probe *probe)
{
    const struct rights rights = {0};
    const struct job_limits limits = {0};
    struct launch_failure failure;
    HANDLE self = GetCurrentProcess();
    char *path = file_own_program();
    wchar_t *program = wide_from_utf8(path);
    struct launch request = {.program = program,
                             .command_line = L"probe",
                             .console = CONSOLE_NONE,
                             .rights = &rights,
                             .limits = &limits,
                             .suspended = true,
                             .as_they_are = true};
    bool held = true;

    for (size_t i = 0; held && i < SPARE_SLOTS; i++)
        held = DuplicateHandle(self, (HANDLE)probe->accepted, self, &probe->held[i], 0, TRUE,
                               DUPLICATE_SAME_ACCESS);
    request.input = probe->held[0];
    request.output = probe->held[1];
    request.error_output = probe->held[2];
    held = held && launch(&request, &probe->child, &failure);
    for (size_t i = 0; i < SPARE_SLOTS; i++)
        if (probe->held[i] != NULL)
            CloseHandle(probe->held[i]);
    free(program);
    free(path);
    return held;
}

static bool begin_accepting(struct probe *probe)
{
    GUID id = WSAID_ACCEPTEX;
    LPFN_ACCEPTEX accept_ex;
    DWORD size;

    probe->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return probe->overlapped.hEvent != NULL &&
           WSAIoctl(probe->listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex,
                    sizeof accept_ex, &size, NULL, NULL) == 0 &&
           (accept_ex(probe->listener, probe->accepted, probe->addresses, 0, ADDRESS_SIZE,
                      ADDRESS_SIZE, &size, &probe->overlapped) ||
            WSAGetLastError() == ERROR_IO_PENDING);
}

static bool arrives(struct probe *probe, const struct sockaddr_in *address)
{
    struct sockaddr_storage peer;
    int length = sizeof peer;
    DWORD size, flags;

    return connect(probe->client, (const struct sockaddr *)address, sizeof *address) == 0 &&
           WaitForSingleObject(probe->overlapped.hEvent, PROBE_MS) == WAIT_OBJECT_0 &&
           WSAGetOverlappedResult(probe->listener, &probe->overlapped, &size, FALSE, &flags) &&
           setsockopt(probe->accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                      (const char *)&probe->listener, sizeof probe->listener) == 0 &&
           getpeername(probe->accepted, (struct sockaddr *)&peer, &length) == 0;
}

/* What is written into the handle that the process has comes out at the other end. */
static bool is_connected_there(struct probe *probe)
{
    DWORD patience = PROBE_MS;
    HANDLE handle;
    DWORD written = 0;
    char byte = 0;

    if (!DuplicateHandle(probe->child.process, probe->held[1], GetCurrentProcess(), &handle, 0,
                         FALSE, DUPLICATE_SAME_ACCESS))
        return false;
    bool good = WriteFile(handle, "x", 1, &written, NULL) && written == 1 &&
                setsockopt(probe->client, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience,
                           sizeof patience) == 0 &&
                recv(probe->client, &byte, 1, 0) == 1 && byte == 'x';
    CloseHandle(handle);
    return good;
}

static void close_socket(SOCKET socket)
{
    if (socket != INVALID_SOCKET)
        closesocket(socket);
}

static bool try_it(void)
{
    struct probe probe = {INVALID_SOCKET, INVALID_SOCKET, INVALID_SOCKET, {0}, {0}, {0}, {0}};
    struct sockaddr_in address;
    DWORD size, flags;

    bool good = listen_on_loopback(&probe, &address) && start_holder(&probe);
    bool pending = good && begin_accepting(&probe);
    good = pending && arrives(&probe, &address) && is_connected_there(&probe);
    if (pending && !good) { /* nothing must come back later to what is no more */
        CancelIoEx((HANDLE)probe.listener, &probe.overlapped);
        WSAGetOverlappedResult(probe.listener, &probe.overlapped, &size, TRUE, &flags);
    }
    launch_end(&probe.child);
    close_socket(probe.client);
    close_socket(probe.accepted);
    close_socket(probe.listener);
    if (probe.overlapped.hEvent != NULL)
        CloseHandle(probe.overlapped.hEvent);
    return good;
}

bool spare_probe(struct server *server)
{
    if (server->spare_probe == PROBE_NOT_MADE)
        server->spare_probe = try_it() ? PROBE_GOOD : PROBE_BAD;
    return server->spare_probe == PROBE_GOOD;
}
