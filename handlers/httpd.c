/* httpd: a small web server, HTTP/1.1 GET and HEAD of the files below a folder, one request for
   each connection.

     httpd etc\www        the folder, from the current one or absolute
     httpd etc\www 5      a client has 5 seconds for its request, not 20

   Here is only what makes it a handler: the request comes from standard input, the answer goes to
   standard output. http_session.c has what happens in between: http_request.c takes requests apart,
   http_file.c finds files (and sees to it that there is no way out of the folder), http_answer.c
   makes answers. */

#include "http_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define PATIENCE_S 20 /* for the whole head of a request, however slowly it comes */

/* A read from a silent client would last for ever. A second thread ends it when the time is over:
   it must not answer by itself, because on a socket its write would wait for that very read. */
struct watch {
    HANDLE reader; /* the thread that reads */
    HANDLE done;   /* an event: nothing more is going to be read */
    DWORD patience_ms;
};

static DWORD WINAPI watch_reader(void *argument)
{
    const struct watch *watch = argument;
    DWORD wait_ms = watch->patience_ms;

    for (int attempt = 0; WaitForSingleObject(watch->done, wait_ms) == WAIT_TIMEOUT; attempt++) {
        CancelSynchronousIo(watch->reader);
        wait_ms = 50;     /* again: the reader may have been between two reads */
        if (attempt > 40) /* not every kind of handle can do that */
            ExitProcess(1);
    }
    return 0;
}

/* Reads until there is something to answer, or nothing more to come. */
static void read_request(struct http_session *session, char *block, size_t size, size_t *count)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);

    while ((*count = http_session_send(session, block, size)) == 0 &&
           !http_session_has_ended(session)) {
        size_t room = 0;
        char *next = http_session_room(session, &room);
        DWORD got = 0;

        bool is_late = !ReadFile(input, next, (DWORD)room, &got, NULL) &&
                       GetLastError() == ERROR_OPERATION_ABORTED;
        if (got == 0)
            http_session_stop_reading(session, is_late ? HTTP_TOO_SLOW : HTTP_CLOSED_BY_CLIENT);
        else
            http_session_receive(session, got);
    }
}

static bool read_request_in_time(struct http_session *session, DWORD patience_ms, char *block,
                                 size_t size, size_t *count)
{
    struct watch watch = {.patience_ms = patience_ms};

    watch.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    watch.reader = OpenThread(THREAD_TERMINATE, FALSE, GetCurrentThreadId());
    HANDLE watcher = CreateThread(NULL, 0, watch_reader, &watch, 0, NULL);
    if (watch.done == NULL || watch.reader == NULL || watcher == NULL)
        return false;
    read_request(session, block, size, count);

    SetEvent(watch.done);
    WaitForSingleObject(watcher, INFINITE); /* or it might cancel the answer */
    CloseHandle(watcher);
    CloseHandle(watch.reader);
    CloseHandle(watch.done);
    return true;
}

static bool write_output(const char *bytes, size_t size)
{
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD count = 0;

    while (size > 0 && WriteFile(output, bytes, (DWORD)size, &count, NULL)) {
        bytes += count;
        size -= count;
    }
    return size == 0;
}

/* What follows the one request (a content that GET does not have, a second request) stays unread.
   That does not hurt the answer: the server reads it away. */
static bool serve(const struct http_root *root, DWORD patience_ms)
{
    static struct http_session session;
    static char block[65536];
    size_t count = 0;

    http_session_begin(&session, root, 1);
    bool sent = read_request_in_time(&session, patience_ms, block, sizeof block, &count);
    for (; sent && count > 0; count = http_session_send(&session, block, sizeof block))
        sent = write_output(block, count);
    http_session_end(&session);
    return sent && !session.is_broken;
}

int wmain(int argc, wchar_t **argv)
{
    struct http_root root;
    unsigned long patience_s = argc > 2 ? wcstoul(argv[2], NULL, 10) : PATIENCE_S;

    if (argc < 2 || argc > 3 || patience_s == 0 || patience_s > 3600) {
        fputs("usage: httpd FOLDER [SECONDS]\n", stderr);
        return 2;
    }
    if (!http_root_open(&root, argv[1])) {
        fprintf(stderr, "httpd: cannot serve the folder %ls: error %lu\n", argv[1], GetLastError());
        return 1;
    }
    bool sent = serve(&root, patience_s * 1000);
    http_root_close(&root);
    return sent ? 0 : 1;
}
