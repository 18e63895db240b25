#include "server/banner.h"

#include "core/path.h"
#include "windows/file.h"

#include <stdlib.h>

enum {
    LARGEST = 64 * 1024,
    PATIENCE_MS = 10000,
    POLL_MS = 20 /* between two tries to send; most banners need one */
};

bool banner_read(struct banner *banner, const char *base, const char *path, struct error *error)
{
    *banner = (struct banner){0};
    if (path == NULL)
        return true;
    char *file = path_join(base, path);
    banner->text = file_read(file, LARGEST, &banner->length, error);
    free(file);
    return banner->text != NULL;
}

void banner_free(struct banner *banner)
{
    free(banner->text);
    *banner = (struct banner){0};
}

static void set_blocking(SOCKET socket, bool blocking)
{
    u_long nonblocking = !blocking;

    ioctlsocket(socket, (long)FIONBIO, &nonblocking);
}

static void finish(struct banner_sending *sending, bool whole)
{
    set_blocking(sending->socket, true);
    sending->sent(sending, whole);
}

static void on_timer(struct timer *timer)
{
    struct banner_sending *sending = CONTAINER(timer, struct banner_sending, timer);

    while (sending->length > 0) {
        int count = send(sending->socket, sending->left, (int)sending->length, 0);

        if (count == SOCKET_ERROR)
            break;
        sending->left += count;
        sending->length -= (size_t)count;
    }
    if (sending->length == 0)
        finish(sending, true);
    else if (WSAGetLastError() != WSAEWOULDBLOCK || sending->loop->now_ms >= sending->until_ms)
        finish(sending, false);
    else
        timer_set(sending->loop, timer, POLL_MS);
}

void banner_send(struct banner_sending *sending, struct loop *loop, SOCKET socket,
                 const struct banner *banner,
                 void (*sent)(struct banner_sending *sending, bool whole))
{
    sending->loop = loop;
    sending->socket = socket;
    sending->left = banner->text;
    sending->length = banner->length;
    sending->until_ms = loop->now_ms + PATIENCE_MS;
    sending->sent = sent;
    sending->timer.fire = on_timer;
    set_blocking(socket, false);
    timer_set(loop, &sending->timer, 0);
}

void banner_cancel(struct banner_sending *sending)
{
    timer_cancel(sending->loop, &sending->timer);
}
