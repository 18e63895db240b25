#include "server/control.h"

#include "core/control_request.h"
#include "core/memory.h"
#include "server/connection_table.h"
#include "server/reload.h"
#include "server/stop.h"
#include "windows/control_pipe.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_CLIENTS = 64,
    LINE_SIZE = 1024,  /* of a status, and more */
    MOST_TRIES = 10,   /* for a client that stays */
    REQUEST_MS = 2000, /* for the whole request to come */
    ANSWER_MS = 10000, /* for the client to take the answer */
    END_MS = 2000      /* and to close */
};

enum client_state {
    CLIENT_EXPECTED, /* an instance that waits for whoever comes */
    CLIENT_ASKING,
    CLIENT_WAITING,   /* for a reload: nothing of it is under way */
    CLIENT_LISTENING, /* takes the answer */
    CLIENT_LEAVING,   /* has it all; what we wait for is its end */
    CLIENT_GONE       /* only its last packet is still under way */
};

struct control_client {
    struct control *control;
    struct control_client *next; /* the newest first */
    HANDLE pipe;
    enum client_state state;
    struct operation io; /* one at a time */
    struct timer timer;
    char request[CONTROL_REQUEST_SIZE];
    size_t used;
    char *answer;
    size_t answer_length, sent;
};

struct control {
    struct server *server;
    bool has_name; /* some instance exists, or did */
    struct control_client *clients;
    size_t count;
};

static void expect_client(struct control *control);

/* --- the end of a client */

static void free_client(struct control_client *client)
{
    struct control_client **place = &client->control->clients;

    while (*place != client)
        place = &(*place)->next;
    *place = client->next;
    client->control->count--;
    free(client->answer);
    free(client);
}

/* pending: a packet is under way, which frees it. */
static void close_client(struct control_client *client, bool pending)
{
    timer_cancel(&client->control->server->loop, &client->timer);
    client->state = CLIENT_GONE;
    if (pending)
        CancelIoEx(client->pipe, &client->io.overlapped);
    CloseHandle(client->pipe);
    if (!pending)
        free_client(client);
}

static void on_timer(struct timer *timer)
{
    close_client(CONTAINER(timer, struct control_client, timer), true);
}

/* --- what it asks for */

static char *stop_text(struct server *server)
{
    uint64_t open = server->live + server->waiting;

    return memory_format("%llu connection%s open\n", (unsigned long long)open,
                         open == 1 ? "" : "s");
}

/* The text of the answer; a stop begins when the answer is on its way. */
static char *text_for(struct server *server, enum control_command command)
{
    switch (command) {
    case CONTROL_STATUS:
        return control_status(server, false);
    case CONTROL_STATUS_JSON:
        return control_status(server, true);
    case CONTROL_STOP:
    case CONTROL_STOP_NOW:
        return stop_text(server);
    case CONTROL_PING:
    case CONTROL_RELOAD: /* answers later */
    case CONTROL_COMMANDS:
        break;
    }
    return memory_copy("");
}

static void after_answer(struct server *server, enum control_command command)
{
    if (command == CONTROL_STOP)
        stop_begin(server, false);
    else if (command == CONTROL_STOP_NOW)
        stop_begin(server, true);
}

/* --- input and output */

static void begin_write(struct control_client *client)
{
    client->io.overlapped = (OVERLAPPED){0};
    if (!WriteFile(client->pipe, client->answer + client->sent,
                   (DWORD)(client->answer_length - client->sent), NULL, &client->io.overlapped) &&
        GetLastError() != ERROR_IO_PENDING)
        close_client(client, false);
}

static void begin_read(struct control_client *client)
{
    client->io.overlapped = (OVERLAPPED){0};
    if (!ReadFile(client->pipe, client->request + client->used,
                  (DWORD)(sizeof client->request - client->used), NULL, &client->io.overlapped) &&
        GetLastError() != ERROR_IO_PENDING)
        close_client(client, false);
}

/* What a text needs ends the program where it is not to be had (core/memory.h); so ask for more
   than that first. */
static bool has_memory(const struct server *server)
{
    size_t lines = connection_table_count(server->connections) + server->listeners_open +
                   server->config.service_count;
    void *block = malloc(LINE_SIZE * lines + 64 * (size_t)1024);

    free(block);
    return block != NULL;
}

static void answer(struct control_client *client, uint32_t exit_code, const char *text)
{
    struct control_answer head = {
        .exit_code = exit_code, .pid = GetCurrentProcessId(), .length = strlen(text)};
    char line[CONTROL_ANSWER_SIZE];
    size_t length = control_answer_write(line, &head);

    client->answer = memory_format("%s%s", line, text);
    client->answer_length = length + (size_t)head.length;
    client->state = CLIENT_LISTENING;
    timer_set(&client->control->server->loop, &client->timer, ANSWER_MS);
    begin_write(client); /* may be its end */
}

static void on_reloaded(void *context, uint32_t exit_code, const char *text)
{
    answer(context, exit_code, text);
}

static void carry_out(struct control_client *client)
{
    struct server *server = client->control->server;
    enum control_command command;
    struct error error;

    if (!control_request_read(client->request, client->used, &command, &error)) {
        char *text = memory_format("%s\n", error.text);

        answer(client, 2, text);
        free(text);
    } else if (command == CONTROL_RELOAD) {
        timer_cancel(&server->loop, &client->timer);
        client->state = CLIENT_WAITING;
        reload_begin(server, on_reloaded, client);
    } else {
        char *text = text_for(server, command);

        answer(client, 0, text);
        free(text);
        after_answer(server, command);
    }
}

static void on_request(struct control_client *client, DWORD bytes)
{
    client->used += bytes;
    if (memchr(client->request, '\n', client->used) == NULL &&
        client->used < sizeof client->request)
        begin_read(client);
    else if (has_memory(client->control->server))
        carry_out(client);
    else
        close_client(client, false);
}

static void on_written(struct control_client *client, DWORD bytes)
{
    client->sent += bytes;
    if (client->sent < client->answer_length) {
        begin_write(client);
        return;
    }
    client->state = CLIENT_LEAVING;
    client->used = 0;
    timer_set(&client->control->server->loop, &client->timer, END_MS);
    begin_read(client);
}

/* Where too many are there, the oldest goes; the newest is the one that is expected. */
static void make_room(struct control *control)
{
    struct control_client *oldest = NULL;

    for (struct control_client *client = control->clients; client != NULL; client = client->next)
        if (client->state != CLIENT_GONE && client->state != CLIENT_EXPECTED &&
            client->state != CLIENT_WAITING)
            oldest = client;
    if (control->count >= MOST_CLIENTS && oldest != NULL)
        close_client(oldest, true);
}

static void on_connected(struct control_client *client)
{
    struct control *control = client->control;

    make_room(control);
    client->state = CLIENT_ASKING;
    timer_set(&control->server->loop, &client->timer, REQUEST_MS);
    begin_read(client);
}

static void on_io(struct operation *operation, DWORD bytes)
{
    struct control_client *client = CONTAINER(operation, struct control_client, io);
    struct control *control = client->control;
    bool was_expected = client->state == CLIENT_EXPECTED;
    bool failed = operation->overlapped.Internal != 0;

    if (client->state == CLIENT_GONE)
        free_client(client);
    else if (client->state == CLIENT_EXPECTED && !failed)
        on_connected(client);
    else if (client->state == CLIENT_ASKING && !failed && bytes > 0)
        on_request(client, bytes);
    else if (client->state == CLIENT_LISTENING && !failed)
        on_written(client, bytes);
    else
        close_client(client, false); /* an end, or what nobody waits for */
    if (was_expected)
        expect_client(control);
}

/* --- instances */

/* A client can be there before it is waited for (its packet is then ours to post), and gone again.
 */
static void begin_connect(struct control_client *client)
{
    struct loop *loop = &client->control->server->loop;

    for (int tries = 0; tries < MOST_TRIES; tries++) {
        client->io.overlapped = (OVERLAPPED){0};
        if (ConnectNamedPipe(client->pipe, &client->io.overlapped) ||
            GetLastError() == ERROR_IO_PENDING)
            return;
        bool is_there = GetLastError() == ERROR_PIPE_CONNECTED;
        client->io.overlapped = (OVERLAPPED){0}; /* the call has left "pending" in it */
        if (is_there && loop_post(loop, &client->io))
            return;
        DisconnectNamedPipe(client->pipe);
    }
    close_client(client, false); /* the sweep makes another one */
}

static void log_no_control(struct control *control, const struct error *error)
{
    char *detail =
        memory_format("status, reload and stop do not reach this server: %s (give it a name of "
                      "its own: control = NAME, or --name NAME)",
                      error->text);
    struct record record = {.level = LEVEL_WARNING, .verb = "listen", .detail = detail};

    server_log(control->server, &record);
    free(detail);
}

static void expect_client(struct control *control)
{
    struct error error;
    HANDLE pipe = control_pipe_create(control->server->config.control, !control->has_name, &error);

    if (pipe == NULL) {
        if (!control->has_name)
            log_no_control(control, &error);
        return;
    }
    control->has_name = true;
    struct control_client *client = calloc(1, sizeof *client);
    if (client == NULL || !loop_associate(&control->server->loop, pipe, &error)) {
        CloseHandle(pipe);
        free(client);
        return;
    }
    client->control = control;
    client->pipe = pipe;
    client->state = CLIENT_EXPECTED;
    client->io.complete = on_io;
    client->timer.fire = on_timer;
    client->next = control->clients;
    control->clients = client;
    control->count++;
    begin_connect(client);
}

struct control *control_start(struct server *server)
{
    struct control *control = memory_zeroed(1, sizeof *control);

    control->server = server;
    expect_client(control);
    return control;
}

void control_look(struct control *control)
{
    if (!control->has_name)
        return; /* somebody else has it; it has been said */
    for (const struct control_client *client = control->clients; client != NULL;
         client = client->next)
        if (client->state == CLIENT_EXPECTED)
            return;
    expect_client(control);
}

void control_close(struct control *control)
{
    if (control == NULL)
        return;
    /* What is under way still needs the rest, which ends with the process. */
    for (struct control_client *client = control->clients; client != NULL; client = client->next)
        if (client->state != CLIENT_GONE)
            CloseHandle(client->pipe);
}
