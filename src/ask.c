#include "ask.h"

#include "core/memory.h"
#include "core/text_buffer.h"
#include "windows/control_pipe.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 10000, WATCH_MS = 1000, LOOK_MS = 100, FAILED = 1 };

/* --- one question, one answer */

static bool read_answer(HANDLE pipe, DWORD patience_ms, struct control_answer *answer,
                        struct text_buffer *text, struct error *error)
{
    char block[16384];
    size_t head = 0;
    size_t length;

    error->text[0] = '\0';
    while (head == 0 || text->length < head + answer->length) {
        if (!control_pipe_read(pipe, block, sizeof block, &length, patience_ms, error))
            return error_prefix(error, "the answer of the server ends too early");
        text_buffer_add(text, block, length);
        if (head == 0 && memchr(text->text, '\n', text->length) != NULL)
            head = control_answer_read(text->text, text->length, answer);
        if (head == 0 && text->length >= CONTROL_ANSWER_SIZE)
            return error_set(error, "what answers is no stdinetd of this version");
    }
    memmove(text->text, text->text + head, text->length - head + 1);
    text->length -= head;
    return true;
}

/* The text of the answer, freed by the caller; NULL with *error set where there is none. */
static char *ask(const char *name, enum control_command command, struct control_answer *answer,
                 struct error *error)
{
    DWORD patience_ms = command == CONTROL_RELOAD ? INFINITE : PATIENCE_MS;
    char request[CONTROL_REQUEST_SIZE];
    size_t length = control_request_write(request, command);
    struct text_buffer text = {0};
    HANDLE pipe = control_pipe_open(name, error);

    if (pipe == NULL)
        return NULL;
    bool good = control_pipe_write(pipe, request, length, PATIENCE_MS, error) &&
                read_answer(pipe, patience_ms, answer, &text, error);
    CloseHandle(pipe);
    if (good)
        return text.text;
    free(text.text);
    return NULL;
}

static int fail(const struct error *error)
{
    fprintf(stderr, "stdinetd: %s\n", error->text);
    return FAILED;
}

/* Its text to stdout, or where it is a complaint to stderr. */
static int show(const struct control_answer *answer, char *text)
{
    fputs(text, answer->exit_code == 0 ? stdout : stderr);
    fflush(stdout);
    free(text);
    return (int)answer->exit_code;
}

static int ask_and_show(const char *name, enum control_command command)
{
    struct control_answer answer = {0};
    struct error error;
    char *text = ask(name, command, &answer, &error);

    return text == NULL ? fail(&error) : show(&answer, text);
}

/* --- status */

int ask_status(const char *name, bool as_json)
{
    return ask_and_show(name, as_json ? CONTROL_STATUS_JSON : CONTROL_STATUS);
}

bool ask_listens(const char *name, uint16_t port)
{
    struct control_answer answer = {0};
    struct error error;
    char *text = ask(name, CONTROL_STATUS_JSON, &answer, &error);
    char *pattern = memory_format(":%u\"", port);
    /* addresses come before connections, whose clients have ports as well */
    char *connections = text != NULL ? strstr(text, "\"connections\"") : NULL;

    if (connections != NULL)
        *connections = '\0';
    bool listens = text != NULL && strstr(text, pattern) != NULL;
    free(pattern);
    free(text);
    return listens;
}

/* Clears what a console shows and begins again at its top; false where stdout is none. By calls,
   because not every console that takes escape sequences follows them. */
static bool clear_screen(HANDLE output)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD done;

    if (!GetConsoleScreenBufferInfo(output, &info))
        return false;
    COORD home = {0, info.srWindow.Top};
    DWORD cells = (DWORD)info.dwSize.X * (DWORD)(info.srWindow.Bottom - info.srWindow.Top + 1);
    return FillConsoleOutputCharacterW(output, L' ', cells, home, &done) &&
           FillConsoleOutputAttribute(output, info.wAttributes, cells, home, &done) &&
           SetConsoleCursorPosition(output, home);
}

/* At once, so that it does not flicker. */
static void write_to_console(HANDLE output, const char *text)
{
    wchar_t *wide = wide_from_utf8(text);
    DWORD done;

    WriteConsoleW(output, wide, (DWORD)wcslen(wide), &done, NULL);
    free(wide);
}

int ask_watch(const char *name)
{
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);

    for (bool seen = false;; seen = true, Sleep(WATCH_MS)) {
        struct control_answer answer = {0};
        struct error error;
        char *text = ask(name, CONTROL_STATUS, &answer, &error);

        if (text == NULL && seen) {
            fputs("the server is gone\n", stderr);
            return 0;
        }
        if (text == NULL)
            return fail(&error);
        if (answer.exit_code != 0)
            return show(&answer, text);
        if (clear_screen(output)) {
            write_to_console(output, text);
            free(text);
        } else {
            fputs(seen ? "\n" : "", stdout);
            show(&answer, text);
        }
    }
}

/* --- reload */

int ask_reload(const char *name)
{
    return ask_and_show(name, CONTROL_RELOAD);
}

/* --- stop */

/* Where its process may not be watched, its pipe's name tells. */
static void wait_for_name(const char *name)
{
    while (control_pipe_exists(name))
        Sleep(LOOK_MS);
}

static int wait_for_end(HANDLE process, const char *name)
{
    DWORD exit_code = 0;

    if (process == NULL) {
        wait_for_name(name);
        puts("stopped");
        return 0;
    }
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &exit_code);
    CloseHandle(process);
    puts(exit_code == 0 ? "stopped: every connection was finished"
                        : "stopped: connections were cut short");
    return exit_code == 0 ? 0 : FAILED;
}

int ask_stop(const char *name, bool now)
{
    struct control_answer answer = {0};
    struct error error;
    char *text = ask(name, CONTROL_PING, &answer, &error);

    if (text == NULL)
        return fail(&error);
    free(text);
    /* before it can be gone, and its number somebody else's */
    HANDLE process =
        OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, answer.pid);
    text = ask(name, now ? CONTROL_STOP_NOW : CONTROL_STOP, &answer, &error);
    if (text == NULL || answer.exit_code != 0) {
        if (process != NULL)
            CloseHandle(process);
        return text == NULL ? fail(&error) : show(&answer, text);
    }
    show(&answer, text);
    return wait_for_end(process, name);
}
