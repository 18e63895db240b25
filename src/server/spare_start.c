#include "server/server.h"
#include "server/spare.h"
#include "windows/text.h"

/* How many standard handles are the socket. */
static size_t slot_count(const struct running_service *service)
{
    return service->settings->error_output == ERROR_OUTPUT_SOCKET ? 3 : 2;
}

static bool hold_socket(struct spare *spare, struct launch *request)
{
    spare->socket = socket_create(spare->family, false);
    if (spare->socket == INVALID_SOCKET) {
        spare->failure.temporary = launch_is_temporary((DWORD)WSAGetLastError());
        return error_winsock(&spare->failure.error, "socket for a prestarted program");
    }
    request->input = request->output = (HANDLE)spare->socket;
    return true;
}

static void take_slots(const struct running_service *service, struct launch *request)
{
    const HANDLE *handles = service->server->slots.handles;

    request->as_they_are = true;
    request->input = handles[0];
    request->output = handles[1];
    if (request->error_output == NULL)
        request->error_output = handles[2];
}

static bool launch_spare(struct spare *spare)
{
    const struct running_service *service = spare->service;
    enum spare_kind kind = service->spares.kind;
    struct launch request = handler_launch(service);

    request.environment = service->handler.spare_environment;
    request.suspended = !service->spares.running;
    if (!handler_pipes_open(&spare->pipes, service, &request, &spare->failure) ||
        (kind == SPARE_HOLDS_SOCKET && !hold_socket(spare, &request)))
        return false;
    if (kind == SPARE_HAS_SLOTS)
        take_slots(service, &request);
    if (!launch(&request, &spare->child, &spare->failure))
        return false;
    if (kind == SPARE_HAS_SLOTS)
        spare_slots_prepare(&service->server->slots, slot_count(service), spare->child.process);
    return true;
}

void spare_start(struct spawn_task *task)
{
    struct spare *spare = CONTAINER(task, struct spare, task);

    spare->launched = launch_spare(spare);
    handler_pipes_close_childs(&spare->pipes);
}
