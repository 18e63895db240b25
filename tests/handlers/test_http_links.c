/* Links and junctions in the folder lead nowhere. */
#include "handler.h"
#include "http_file.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static int status_of(const char *path)
{
    struct http_root root;
    struct http_file file;

    assert_true(http_root_open(&root, site_path(L"www")));
    enum http_status status = http_file_open(&root, path, &file);
    if (status == HTTP_OK)
        http_file_close(&file);
    http_root_close(&root);
    return (int)status;
}

/* mklink /J needs no privilege. */
static void a_junction_out_of_the_folder_is_not_followed(void **state)
{
    wchar_t command[4096];

    (void)state;
    swprintf(command, 4096, L"mklink /J \"%ls\" \"%ls\" >nul", site_path(L"www\\way-out"),
             site_path(L"www-secret"));
    assert_int_equal(_wsystem(command), 0);
    assert_int_not_equal(GetFileAttributesW(site_path(L"www\\way-out\\secret.txt")),
                         INVALID_FILE_ATTRIBUTES);
    assert_int_equal(status_of("/way-out/secret.txt"), 403);
    assert_int_equal(status_of("/way-out"), 403);
}

static void a_link_to_a_file_is_not_followed(void **state)
{
    (void)state;
    if (!CreateSymbolicLinkW(site_path(L"www\\link.txt"), site_path(L"secret.txt"),
                             SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE))
        skip(); /* neither an administrator nor in developer mode */
    assert_int_equal(status_of("/link.txt"), 403);
}

static void a_stream_of_a_file_is_not_a_file(void **state)
{
    (void)state;
    site_write(L"www\\index.html:hidden", SECRET, sizeof SECRET - 1);
    assert_int_equal(status_of("/index.html:hidden"), 404);
    assert_int_equal(status_of("/index.html::$DATA"), 404);
    assert_int_equal(status_of("/index.html"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_junction_out_of_the_folder_is_not_followed),
        cmocka_unit_test(a_link_to_a_file_is_not_followed),
        cmocka_unit_test(a_stream_of_a_file_is_not_a_file),
    };

    return cmocka_run_group_tests(tests, site_make, site_remove);
}
