/* What tests/config cannot say about included files: those that cannot be read, and very many. */
#include "unit.h"

#include "core/config.h"
#include "core/memory.h"

/* A disk where every file exists, and a folder C:\srv\many of many empty ones. */
struct disk {
    size_t many;   /* files in it */
    size_t length; /* of each, all comment */
    bool wrong;    /* their first line is a mistake */
    bool locked;   /* nothing can be read or listed */
    struct text_list read;
};

static bool exists(void *context, const char *path)
{
    (void)context;
    (void)path;
    return true;
}

static bool look_up(void *context, const char *name, struct text_list *addresses,
                    struct error *error)
{
    (void)context;
    (void)addresses;
    return error_set(error, "nobody knows %s", name);
}

static char *read_file(void *context, const char *path, size_t *length, struct error *error)
{
    struct disk *disk = context;
    if (disk->locked) {
        error_set(error, "%s is locked", path);
        return NULL;
    }
    char *text = memory_zeroed(disk->length + 1, 1);
    memset(text, ';', disk->length);
    for (size_t i = 1000; i < disk->length; i += 1000)
        text[i] = '\n';
    if (disk->wrong)
        *text = '!';
    *length = disk->length;
    text_list_append(&disk->read, path);
    return text;
}

static bool list_files(void *context, const char *folder, struct text_list *names,
                       struct error *error)
{
    struct disk *disk = context;
    if (disk->locked)
        return error_set(error, "%s is locked", folder);
    assert_string_equal(folder, "C:\\srv\\many");
    for (size_t i = disk->many; i-- > 0;) {
        char *name = memory_format("%c%04u.ini", i % 2 == 0 ? 'f' : 'F', (unsigned)i);
        text_list_append(names, name);
        free(name);
    }
    return true;
}

/* Loads a file that includes this and has a service of its own. Returns the mistakes. */
static struct text_list load(struct disk *disk, const char *file, const char *include)
{
    struct config_source source = {.file = file,
                                   .folder = "C:\\srv",
                                   .cmd = "C:\\cmd.exe",
                                   .file_exists = exists,
                                   .folder_exists = exists,
                                   .look_up = look_up,
                                   .read_file = read_file,
                                   .list_files = list_files,
                                   .context = disk};
    struct config config = {0};
    struct text_list errors = {0};
    char *text = memory_format("[ports]\n1 = a.exe\n[server]\ninclude = %s\n", include);
    bool good = config_parse(&config, text, strlen(text), &source, &errors);
    assert_int_equal(good, errors.count == 0);
    config_free(&config);
    free(text);
    return errors;
}

static void expect_error(struct disk *disk, const char *include, const char *error)
{
    struct text_list errors = load(disk, "x.ini", include);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0], error);
    text_list_free(&errors);
    text_list_free(&disk->read);
}

static void what_cannot_be_read_is_a_mistake(void **state)
{
    (void)state;
    struct disk disk = {.locked = true};
    expect_error(&disk, "one.ini", "x.ini:4: include: C:\\srv\\one.ini is locked");
    expect_error(&disk, "many\\*", "x.ini:4: include: C:\\srv\\many is locked");
}

static void a_thousand_files_may_be_included(void **state)
{
    (void)state;
    struct disk disk = {.many = 1000};
    struct text_list errors = load(&disk, "x.ini", "many\\*.ini");
    assert_int_equal(errors.count, 0);
    assert_int_equal(disk.read.count, 1000);
    text_list_free(&disk.read);
    disk.many = 1002;
    expect_error(&disk, "many\\*.ini", "x.ini:4: include: there are more than 1000 files");
}

static void all_files_together_have_a_limit(void **state)
{
    (void)state;
    struct disk disk = {.many = 3, .length = CONFIG_MAXIMUM / 3 - 100};
    struct text_list errors = load(&disk, "x.ini", "many\\*.ini");
    assert_int_equal(errors.count, 0);
    text_list_free(&disk.read);
    disk.many = 4;
    expect_error(&disk, "many\\*.ini",
                 "x.ini:4: include: the files are larger than 16777216 bytes together");
}

static void names_are_in_order_without_regard_to_case(void **state)
{
    (void)state;
    struct disk disk = {.many = 30};
    struct text_list errors = load(&disk, "x.ini", "many\\f002?.ini many\\f0013.ini");
    assert_int_equal(errors.count, 0);
    assert_int_equal(disk.read.count, 11);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(disk.read.items[i][strlen("C:\\srv\\many\\f002")], '0' + i);
    text_list_free(&disk.read);
}

/* However the main file is called: messages about included ones are for the same reader. */
static void messages_call_them_from_where_the_main_file_is_called(void **state)
{
    (void)state;
    static const char *const names[][3] = {
        {"x.ini", "sub\\one.ini", "sub\\one.ini"},
        {"etc\\x.ini", "sub/one.ini", "etc\\sub\\one.ini"},
        {"etc\\x.ini", "..\\one.ini", "one.ini"},
        {"..\\x.ini", "..\\one.ini", "..\\..\\one.ini"},
        {"D:\\etc\\x.ini", ".\\one.ini", "D:\\etc\\one.ini"},
        {"etc\\x.ini", "D:\\one.ini", "D:\\one.ini"},
        {"etc\\x.ini", "\\\\?\\D:\\many.ini", "\\\\?\\D:\\many.ini"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct disk disk = {.length = 1, .wrong = true};
        struct text_list errors = load(&disk, names[i][0], names[i][1]);
        char *expected = memory_format("%s:1: '!' has no '='; write NAME = VALUE", names[i][2]);
        assert_int_equal(errors.count, 1);
        assert_string_equal(errors.items[0], expected);
        free(expected);
        text_list_free(&errors);
        text_list_free(&disk.read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_is_a_mistake),
        cmocka_unit_test(a_thousand_files_may_be_included),
        cmocka_unit_test(all_files_together_have_a_limit),
        cmocka_unit_test(names_are_in_order_without_regard_to_case),
        cmocka_unit_test(messages_call_them_from_where_the_main_file_is_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
