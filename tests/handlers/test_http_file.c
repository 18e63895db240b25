/* From a request's path to a file: every file below the folder by its own name, and nothing else.
 */
#include "attacks.h"
#include "handler.h"
#include "http_file.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int open_status(const char *path)
{
    struct http_file file;
    enum http_status status = http_file_open(site_root(), path, &file);

    if (status == HTTP_OK)
        http_file_close(&file);
    return (int)status;
}

static void there_is_something_to_protect(void **state)
{
    (void)state;
    /* what a naive server would do */
    assert_int_not_equal(GetFileAttributesW(site_path(L"www\\..\\secret.txt")),
                         INVALID_FILE_ATTRIBUTES);
    assert_int_not_equal(GetFileAttributesW(site_path(L"www\\docs\\..\\index.html")),
                         INVALID_FILE_ATTRIBUTES);
}

static void no_attack_opens_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATTACKS; i++) {
        int status = open_status(attacks[i]);

        if (status != 400 && status != 403 && status != 404)
            fail_msg("%d for %s", status, attacks[i]);
    }
}

/* The first line of defence by itself: what these names say is seen before any file is touched. */
static void names_are_checked_before_a_file_is_opened(void **state)
{
    static const struct {
        int status;
        const char *path;
    } rows[] = {
        {403, "/.."},           {403, "/%2e%2e/x"},  {404, "/."},       {404, "/..."},
        {404, "/a."},           {404, "/a%20"},      {404, "/a%20/b"},  {404, "/a:b"},
        {404, "/c:"},           {404, "/a%5cb"},     {404, "/a%2fb"},   {404, "//a"},
        {404, "/a//b"},         {404, "/con"},       {404, "/CoN.x.y"}, {404, "/nul%20%20.x"},
        {404, "/a/aux/b"},      {404, "/com1"},      {404, "/lpt9.x"},  {404, "/com%c2%b3"},
        {404, "/conin$"},       {404, "/conout$.x"}, {404, "/a*"},      {404, "/%01"},
        {400, "/%00"},          {400, "/a%0"},       {400, "/%g0"},     {400, "/%c0%ae"},
        {400, "/%ff"},          {400, "a"},          {400, ""},         {200, "/"},
        {200, "/console"},      {200, "/com"},       {200, "/com10"},   {200, "/comx"},
        {200, "/a.con"},        {200, "/xnul"},      {200, "/.a"},      {200, "/..a"},
        {200, "/%20a"},         {200, "/~a~1"},      {200, "/a%25b"},   {200, "/%e2%98%83"},
        {200, "/%f0%9f%98%80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wchar_t *name = NULL;
        int status = (int)http_file_name(site_root(), rows[i].path, &name);

        if (status != rows[i].status)
            fail_msg("%d instead of %d: %s", status, rows[i].status, rows[i].path);
        if (status == 200) {
            assert_memory_equal(name, site_root()->path, site_root()->length * sizeof *name);
            free(name);
        }
    }
}

static void names_are_decoded_once(void **state)
{
    static const struct {
        const char *path;
        const wchar_t *name;
    } rows[] = {
        {"/", L"\\index.html"},
        {"/?a/b", L"\\index.html"},
        {"/a/?b", L"\\a\\index.html"},
        {"/a/b.c?d", L"\\a\\b.c"},
        {"/a%20%62", L"\\a b"},
        {"/a%2562", L"\\a%62"},
        {"/a+b", L"\\a+b"},
        {"/na%C3%af%76e", L"\\na\u00efve"},
        {"/%f0%9f%98%80", L"\\\xd83d\xde00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wchar_t *name = NULL;

        assert_int_equal(http_file_name(site_root(), rows[i].path, &name), HTTP_OK);
        if (wcscmp(name + site_root()->length, rows[i].name) != 0)
            fail_msg("%s became %ls", rows[i].path, name + site_root()->length);
        free(name);
    }
}

static void files_are_found_by_their_names(void **state)
{
    static const struct {
        int status;
        const char *path;
    } rows[] = {
        {200, "/"},
        {200, "/index.html"},
        {200, "/%69ndex.html?query"},
        {200, "/docs/"},
        {200, "/docs/index.html"},
        {200, "/docs/some%20long%20name.html"},
        {200, "/na%C3%AFve%20%E2%98%83.txt"},
        {301, "/docs"},
        {301, "/docs?query"},
        {404, "/docs/docs"},
        {404, "/nothing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int status = open_status(rows[i].path);

        if (status != rows[i].status)
            fail_msg("%d instead of %d: %s", status, rows[i].status, rows[i].path);
    }
}

/* A name may be as long as the file system allows, and longer ones do no harm. */
static void long_names_are_not_found(void **state)
{
    static char path[HTTP_TARGET_MAX];

    (void)state;
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    assert_int_equal(open_status(path), 404);
    for (size_t i = 0; i < sizeof path - 2; i += 2)
        path[i] = '/'; /* as deep as it can get */
    assert_int_equal(open_status(path), 404);
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = "%e2%98%83"[i % 9];
    path[0] = '/';
    path[1] = path[2] = 'a';
    assert_int_equal(open_status(path), 404);
}

static void a_short_name_is_not_the_files_own(void **state)
{
    wchar_t short_path[1024];
    char path[128];
    DWORD length =
        GetShortPathNameW(site_path(L"www\\docs\\some long name.html"), short_path, 1024);
    const wchar_t *name = wcsrchr(short_path, L'\\');

    (void)state;
    if (length == 0 || name == NULL || wcschr(name, L' ') != NULL)
        skip(); /* this disk has no short names */
    snprintf(path, sizeof path, "/docs/%ls", name + 1);
    assert_int_equal(open_status(path), 403);
}

static void a_file_that_others_write_to_can_be_read(void **state)
{
    HANDLE writer = CreateFileW(site_path(L"www\\index.html"), GENERIC_READ | GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);

    (void)state;
    assert_ptr_not_equal(writer, INVALID_HANDLE_VALUE);
    assert_int_equal(open_status("/"), 200);
    CloseHandle(writer);

    writer =
        CreateFileW(site_path(L"www\\index.html"), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(writer, INVALID_HANDLE_VALUE);
    assert_int_equal(open_status("/"), 403); /* its writer wants to be alone */
    CloseHandle(writer);
}

static void the_extension_tells_the_type(void **state)
{
    static const struct {
        const wchar_t *name;
        const char *path;
        const char *type;
    } rows[] = {
        {L"www\\a.html", "/a.html", "text/html; charset=utf-8"},
        {L"www\\a.CSS", "/a.CSS", "text/css; charset=utf-8"},
        {L"www\\a.b.svg", "/a.b.svg", "image/svg+xml"},
        {L"www\\a.png", "/a.png", "image/png"},
        {L"www\\png", "/png", "application/octet-stream"},
        {L"www\\a.unknown", "/a.unknown", "application/octet-stream"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_file file;

        site_write(rows[i].name, "", 0);
        assert_int_equal(http_file_open(site_root(), rows[i].path, &file), HTTP_OK);
        assert_string_equal(file.type, rows[i].type);
        http_file_close(&file);
        DeleteFileW(site_path(rows[i].name));
    }
}

static void a_folder_has_to_be_one(void **state)
{
    struct http_root other;

    (void)state;
    assert_false(http_root_open(&other, site_path(L"secret.txt")));
    assert_false(http_root_open(&other, site_path(L"nothing")));
    assert_false(http_root_open(&other, L"nul"));
    assert_true(http_root_open(&other, site_path(L"www\\..\\www\\")));
    assert_int_equal(CompareStringOrdinal(other.path, -1, site_root()->path, -1, TRUE), CSTR_EQUAL);
    http_root_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_something_to_protect),
        cmocka_unit_test(no_attack_opens_a_file),
        cmocka_unit_test(names_are_checked_before_a_file_is_opened),
        cmocka_unit_test(names_are_decoded_once),
        cmocka_unit_test(files_are_found_by_their_names),
        cmocka_unit_test(long_names_are_not_found),
        cmocka_unit_test(a_short_name_is_not_the_files_own),
        cmocka_unit_test(a_file_that_others_write_to_can_be_read),
        cmocka_unit_test(the_extension_tells_the_type),
        cmocka_unit_test(a_folder_has_to_be_one),
    };

    return cmocka_run_group_tests(tests, site_make_root, site_remove_root);
}
