/* httpd: a small web server, HTTP/1.1 GET and HEAD of the files below a folder, one request for
   each connection.

     httpd etc\www        the folder, from the current one or absolute
     httpd etc\www 5      a client has 5 seconds for its request, not 20

   Here is only what makes it a handler: the request comes from standard input, the answer goes to
   standard output. http_request.c takes requests apart, http_file.c finds files (and sees to it
   that there is no way out of the folder), http_answer.c writes answers. */

#include "http_answer.h"

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

/* Reads until the head is complete, the client has no more to say, or the time is over. Returns the
   number of bytes; what is read is bounded by HTTP_HEAD_MAX. */
static size_t read_head(char *head, bool *is_late)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    size_t length = 0;
    DWORD count = 0;

    while (length < HTTP_HEAD_MAX && http_head_length(head, length) == 0) {
        if (!ReadFile(input, head + length, (DWORD)(HTTP_HEAD_MAX - length), &count, NULL)) {
            *is_late = GetLastError() == ERROR_OPERATION_ABORTED;
            break;
        }
        if (count == 0)
            break;
        length += count;
    }
    return length;
}

static size_t read_head_in_time(char *head, DWORD patience_ms, bool *is_late)
{
    struct watch watch = {.patience_ms = patience_ms};
    size_t length = 0;

    watch.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    watch.reader = OpenThread(THREAD_TERMINATE, FALSE, GetCurrentThreadId());
    HANDLE watcher = CreateThread(NULL, 0, watch_reader, &watch, 0, NULL);
    if (watch.done == NULL || watch.reader == NULL || watcher == NULL)
        return 0;
    length = read_head(head, is_late);

    SetEvent(watch.done);
    WaitForSingleObject(watcher, INFINITE); /* or it might cancel the answer */
    CloseHandle(watcher);
    CloseHandle(watch.reader);
    CloseHandle(watch.done);
    return length;
}

static bool write_output(void *self, const void *bytes, size_t size)
{
    const char *rest = bytes;
    DWORD count = 0;

    while (size > 0 && WriteFile((HANDLE)self, rest, (DWORD)size, &count, NULL)) {
        rest += count;
        size -= count;
    }
    return size == 0;
}

static bool serve(const struct http_root *root, DWORD patience_ms)
{
    static char head[HTTP_HEAD_MAX];
    struct http_output output = {write_output, GetStdHandle(STD_OUTPUT_HANDLE)};
    struct http_request request = {.path = "/", .query = ""};
    bool is_late = false;
    size_t received = read_head_in_time(head, patience_ms, &is_late);
    size_t length = http_head_length(head, received);
    enum http_status status;

    if (received == 0)
        return true; /* browsers open connections in advance, and may never use them */
    if (length > 0)
        status = http_request_parse(head, length, &request);
    else
        status = is_late ? HTTP_REQUEST_TIMEOUT : http_head_refuse(head, received);

    /* What follows the head (a content that GET does not have, a second request) stays unread. That
       does not hurt the answer: the server reads it away. */
    return status == HTTP_OK ? http_answer(&output, root, &request)
                             : http_answer_status(&output, status, &request);
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
