/* Answers go to any output, whole or not at all, whatever the size of the file. */
#include "handler.h"
#include "http_answer.h"
#include "http_date.h"
#include "site.h"

#include <stdio.h>
#include <string.h>
#include <winioctl.h>

#define BLOCK_SIZE 65536

/* An output that keeps the beginning and counts the rest. */
struct sink {
    char text[4096];
    uint64_t size;
    uint64_t limit; /* it fails behind so many bytes */
    size_t largest; /* of all writes */
    unsigned writes;
};

static bool sink_write(void *self, const void *bytes, size_t size)
{
    struct sink *sink = self;

    if (sink->size < sizeof sink->text - 1) {
        size_t room = sizeof sink->text - 1 - (size_t)sink->size;

        memcpy(sink->text + sink->size, bytes, size < room ? size : room);
    }
    sink->size += size;
    sink->writes++;
    if (sink->largest < size)
        sink->largest = size;
    return sink->size <= sink->limit;
}

/* All of an answer, as a server sends it. */
static bool send_answer(struct sink *sink, const char *path,
                        bool (*write)(void *self, const void *bytes, size_t size))
{
    static struct http_answer answer;
    static char block[BLOCK_SIZE];
    struct http_request request = {.path = path, .query = ""};
    bool good = true;
    size_t count;

    if (sink->limit == 0)
        sink->limit = UINT64_MAX;
    http_answer_begin(&answer, site_root(), &request);
    while (good && (good = http_answer_take(&answer, block, sizeof block, &count)) && count > 0)
        good = write(sink, block, count);
    http_answer_end(&answer);
    return good;
}

static bool answer(struct sink *sink, const char *path)
{
    return send_answer(sink, path, sink_write);
}

static void make_huge(uint64_t size)
{
    HANDLE file =
        CreateFileW(site_path(L"www\\huge.bin"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    LARGE_INTEGER end = {.QuadPart = (LONGLONG)size};
    DWORD count;

    /* Holes take no room. Where a disk has none, it is only slower. */
    DeviceIoControl(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &count, NULL);
    assert_true(SetFilePointerEx(file, end, NULL, FILE_BEGIN));
    assert_true(SetEndOfFile(file));
    CloseHandle(file);
}

static void a_file_over_2_gib_arrives_whole(void **state)
{
    const uint64_t size = ((uint64_t)2 << 30) + 70001;
    static struct sink sink;

    (void)state;
    make_huge(size);
    assert_true(answer(&sink, "/huge.bin"));
    assert_non_null(strstr(sink.text, "Content-Length: 2147553649\r\n"));
    size_t header = (size_t)(strstr(sink.text, "\r\n\r\n") + 4 - sink.text);
    assert_true(sink.size == size + header);
    assert_in_range(sink.largest, 1, 65536);
    DeleteFileW(site_path(L"www\\huge.bin"));
}

static void a_client_that_goes_away_ends_the_answer(void **state)
{
    static struct sink sink = {.limit = 1000000};

    (void)state;
    make_huge(((uint64_t)4 << 30) + 1);
    assert_false(answer(&sink, "/huge.bin"));
    assert_non_null(strstr(sink.text, "Content-Length: 4294967297\r\n"));
    assert_in_range(sink.size, 1000000, 1000000 + 65536);
    DeleteFileW(site_path(L"www\\huge.bin"));
}

static void a_small_file_is_sent_with_its_header(void **state)
{
    static struct sink sink;

    (void)state;
    assert_true(answer(&sink, "/index.html"));
    assert_int_equal(sink.writes, 1);
    assert_string_equal(strstr(sink.text, "\r\n\r\n") + 4, INDEX);
}

static void an_empty_file_is_a_header(void **state)
{
    static struct sink sink;

    (void)state;
    site_write(L"www\\empty.txt", "", 0);
    assert_true(answer(&sink, "/empty.txt"));
    assert_non_null(strstr(sink.text, "Content-Length: 0\r\n"));
    assert_string_equal(strstr(sink.text, "\r\n\r\n"), "\r\n\r\n");
}

/* Writes on while the answer is being sent. */
static bool growing_write(void *self, const void *bytes, size_t size)
{
    struct sink *sink = self;
    HANDLE file = CreateFileW(site_path(L"www\\log.txt"), FILE_APPEND_DATA, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, 0, NULL);
    DWORD count;

    assert_true(WriteFile(file, bytes, 1000, &count, NULL));
    CloseHandle(file);
    return sink_write(sink, bytes, size);
}

static bool shrinking_write(void *self, const void *bytes, size_t size)
{
    HANDLE file = CreateFileW(site_path(L"www\\log.txt"), GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              TRUNCATE_EXISTING, 0, NULL);

    CloseHandle(file);
    return sink_write(self, bytes, size);
}

static void no_more_is_sent_than_was_promised(void **state)
{
    static char bytes[200000];
    static struct sink sink = {.limit = UINT64_MAX};

    (void)state;
    site_write(L"www\\log.txt", bytes, sizeof bytes);
    assert_true(send_answer(&sink, "/log.txt", growing_write));
    assert_non_null(strstr(sink.text, "Content-Length: 200000\r\n"));
    assert_int_equal(sink.size, (size_t)(strstr(sink.text, "\r\n\r\n") + 4 - sink.text) + 200000);
}

static void a_file_that_is_cut_short_is_not_a_success(void **state)
{
    static char bytes[200000];
    static struct sink sink = {.limit = UINT64_MAX};

    (void)state;
    site_write(L"www\\log.txt", bytes, sizeof bytes);
    assert_false(send_answer(&sink, "/log.txt", shrinking_write));
}

static void no_file_is_from_the_future(void **state)
{
    static struct sink sink;
    FILETIME later;
    char date[HTTP_DATE_SIZE];
    char line[128];
    HANDLE file =
        CreateFileW(site_path(L"www\\later.txt"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    (void)state;
    GetSystemTimeAsFileTime(&later);
    later.dwHighDateTime += 100000; /* some years */
    assert_true(SetFileTime(file, NULL, NULL, &later));
    CloseHandle(file);
    assert_true(answer(&sink, "/later.txt"));
    memcpy(date, strstr(sink.text, "\r\nDate: ") + 8, sizeof date - 1);
    date[sizeof date - 1] = '\0';
    snprintf(line, sizeof line, "\r\nLast-Modified: %s\r\n", date);
    assert_non_null(strstr(sink.text, line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_over_2_gib_arrives_whole),
        cmocka_unit_test(a_client_that_goes_away_ends_the_answer),
        cmocka_unit_test(a_small_file_is_sent_with_its_header),
        cmocka_unit_test(an_empty_file_is_a_header),
        cmocka_unit_test(no_more_is_sent_than_was_promised),
        cmocka_unit_test(a_file_that_is_cut_short_is_not_a_success),
        cmocka_unit_test(no_file_is_from_the_future),
    };

    return cmocka_run_group_tests(tests, site_make_root, site_remove_root);
}
