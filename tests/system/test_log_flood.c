/* 100,000 records through more than 20 rotations, while another program reads the file as it grows:
   all are there, each once, each whole. */
#include "harness.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS   100000
#define KEEP      99
#define ROTATIONS 20
#define SIZE      (400 * 1024)

/* Whoever follows the file by its name, as "tail -F" does. */
struct tail {
    wchar_t path[1024];
    HANDLE file;
    BY_HANDLE_FILE_INFORMATION about;
    volatile LONG stop;
    char line[300];
    size_t used; /* of line */
    long last;   /* record that was seen */
    size_t lines, files;
    char wrong[400]; /* what was */
};

static HANDLE tail_open(const struct tail *tail, BY_HANDLE_FILE_INFORMATION *about)
{
    HANDLE file = CreateFileW(tail->path, GENERIC_READ,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);

    if (file != INVALID_HANDLE_VALUE && GetFileInformationByHandle(file, about))
        return file;
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return NULL;
}

static void check_line(struct tail *tail)
{
    const char *number = strstr(tail->line, "  line ");

    tail->line[tail->used] = '\0';
    tail->lines++;
    if (!text_begins(tail->line, "20*-*-*T*:*:*.*Z info ") ||
        strstr(tail->line + 30, "Z  info") != NULL)
        snprintf(tail->wrong, sizeof tail->wrong, "no record: %s", tail->line);
    number = strstr(tail->line, "  line ");
    if (number != NULL) {
        long found = strtol(number + strlen("  line "), NULL, 10);

        if (found <= tail->last)
            snprintf(tail->wrong, sizeof tail->wrong, "%ld behind %ld", found, tail->last);
        tail->last = found;
    }
    tail->used = 0;
}

/* Takes what is there; returns how much that was. */
static DWORD tail_read(struct tail *tail)
{
    static char block[65536];
    DWORD count = 0;

    ReadFile(tail->file, block, sizeof block, &count, NULL);
    for (DWORD i = 0; i < count; i++) {
        if (block[i] == '\n')
            check_line(tail);
        else if (tail->used < sizeof tail->line - 1)
            tail->line[tail->used++] = block[i];
    }
    return count;
}

/* Goes on with the file that has the name now, where that is another one. */
static void tail_switch(struct tail *tail)
{
    BY_HANDLE_FILE_INFORMATION about;
    HANDLE file = tail_open(tail, &about);

    if (file != NULL && about.nFileIndexLow == tail->about.nFileIndexLow &&
        about.nFileIndexHigh == tail->about.nFileIndexHigh) {
        CloseHandle(file);
    } else if (file != NULL) {
        while (tail_read(tail) > 0) /* what came before it was renamed */
            ;
        if (tail->used > 0)
            snprintf(tail->wrong, sizeof tail->wrong, "a file ends in %zu bytes", tail->used);
        CloseHandle(tail->file);
        tail->file = file;
        tail->about = about;
        tail->files++;
    }
}

static DWORD WINAPI follow(void *argument)
{
    struct tail *tail = argument;

    while (tail_read(tail) > 0 || !tail->stop) {
        Sleep(1);
        tail_switch(tail);
    }
    CloseHandle(tail->file);
    return 0;
}

/* Each file that was renamed: of the size, and nearly full. */
static unsigned count_old_files(void)
{
    unsigned count = 0;

    for (;; count++) {
        char name[40];

        snprintf(name, sizeof name, "a.log.%u", count + 1);
        if (!log_exists(name))
            return count;
        char *text = log_read(name);
        if (strlen(text) > SIZE || strlen(text) < SIZE - 200)
            fail_msg("%s has %zu bytes", name, strlen(text));
        free(text);
    }
}

static void expect_every_record(const char *log)
{
    long next = 1;

    for (const char *line = log; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');
        const char *text = strstr(line, "  line ");

        if (end == NULL || !text_begins(line, "20*-*-*T*:*:*.*Z info "))
            fail_msg("no whole record: %.200s", line);
        if (text != NULL && text < end) {
            char expected[40];

            snprintf(expected, sizeof expected, "  line %ld.\n", next++);
            if (strncmp(text, expected, strlen(expected)) != 0)
                fail_msg("not '%s' but: %.200s", expected, line);
        }
    }
    assert_int_equal(next - 1, RECORDS);
    assert_int_equal(text_count(log, ""), RECORDS + 4); /* listen, open, close, stop */
}

static void start_tail(struct tail *tail)
{
    swprintf(tail->path, ARRAYSIZE(tail->path), L"%hs\\a.log", folder_own());
    tail->file = tail_open(tail, &tail->about);
    assert_non_null(tail->file);
}

static void all_records_are_there_each_once_and_whole(void **state)
{
    static struct tail tail;

    (void)state;
    struct process *server = log_server("a.log", NULL,
                                        "log_size = %dK\n"
                                        "log_keep = %d\n"
                                        "[service flood]\n"
                                        "port = 0\n"
                                        "server = tests\\probe.exe\n"
                                        "server_args = stderr-flood %d\n",
                                        SIZE / 1024, KEEP, RECORDS);
    start_tail(&tail);
    HANDLE follower = CreateThread(NULL, 0, follow, &tail, 0, NULL);
    assert_non_null(follower);
    SOCKET client = log_connect(server, "a.log", "flood");
    client_expect_end(client);
    client_close(client);
    log_stop(server);
    InterlockedExchange(&tail.stop, 1);
    process_expect_gone(follower);

    assert_int_equal(server_count(server, ""), 1); /* where the log goes, and no trouble */
    assert_in_range(count_old_files(), ROTATIONS, KEEP - 1);
    char *log = log_read_all("a.log", KEEP);
    expect_every_record(log);
    free(log);
    assert_string_equal(tail.wrong, "");
    assert_true(tail.files > 0);
    assert_int_equal(tail.last, RECORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(all_records_are_there_each_once_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
