/* What a service's options make of the job of its handlers. Wine 8 takes the limits of a job and
   forgets them, so this test stands between the server's code and Windows, and reads what it asks
   for; test_windows_only.c lets a handler read it back. */
#include "harness.h"

#include "core/config.h"
#include "core/options.h"
#include "server/handler.h"

static JOBOBJECT_EXTENDED_LIMIT_INFORMATION asked;

static BOOL set_information(HANDLE job, JOBOBJECTINFOCLASS kind, void *information, DWORD size)
{
    if (kind == JobObjectExtendedLimitInformation) {
        assert_int_equal(size, sizeof asked);
        asked = *(const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *)information;
    }
    return SetInformationJobObject(job, kind, information, size);
}

#define SetInformationJobObject set_information
#include "windows/job.c" /* NOLINT(bugprone-suspicious-include): see above */
#undef SetInformationJobObject

/* What every job has: nothing outlives the server, and no crash waits for a debugger. */
#define ALWAYS                                                                                     \
    (JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION |            \
     JOB_OBJECT_LIMIT_PRIORITY_CLASS)

/* Makes a job as a service with this option would, all others being as they are at first. */
static void make_job_with(const char *option, const char *value)
{
    struct service service = {.name = "test", .program = "p", .command_line = "p", .folder = "."};
    struct handler handler = {0};
    struct error error;

    option_set_defaults(SECTION_SERVICE, &service);
    if (option != NULL &&
        !option_parse(option_find(SECTION_SERVICE, option), value, false, &service, &error))
        fail_msg("%s", error.text);
    if (!handler_init(&handler, &service, "", &error))
        fail_msg("%s", error.text);
    HANDLE job = job_create(&handler.limits, &error);
    assert_non_null(job);
    CloseHandle(job);
    handler_free(&handler);
    option_free(SECTION_SERVICE, &service);
}

static void without_an_option_there_is_no_limit(void **state)
{
    (void)state;
    make_job_with(NULL, NULL);
    assert_int_equal(asked.BasicLimitInformation.LimitFlags, ALWAYS);
    assert_int_equal(asked.BasicLimitInformation.PriorityClass, NORMAL_PRIORITY_CLASS);
}

static void memory_max_is_that_of_the_job(void **state)
{
    (void)state;
    make_job_with("memory_max", "100M");
    assert_int_equal(asked.BasicLimitInformation.LimitFlags, ALWAYS | JOB_OBJECT_LIMIT_JOB_MEMORY);
    assert_int_equal(asked.JobMemoryLimit, 100 * 1024 * 1024);
}

static void process_max_is_that_of_the_job(void **state)
{
    (void)state;
    make_job_with("process_max", "7");
    assert_int_equal(asked.BasicLimitInformation.LimitFlags,
                     ALWAYS | JOB_OBJECT_LIMIT_ACTIVE_PROCESS);
    assert_int_equal(asked.BasicLimitInformation.ActiveProcessLimit, 7);
}

/* Windows counts in units of 100 ns. */
static void cpu_time_max_is_that_of_the_job(void **state)
{
    (void)state;
    make_job_with("cpu_time_max", "90s");
    assert_int_equal(asked.BasicLimitInformation.LimitFlags, ALWAYS | JOB_OBJECT_LIMIT_JOB_TIME);
    assert_int_equal(asked.BasicLimitInformation.PerJobUserTimeLimit.QuadPart, 900000000);
}

static void priority_is_that_of_the_job(void **state)
{
    static const struct {
        const char *value;
        DWORD class;
    } cases[] = {{"idle", IDLE_PRIORITY_CLASS},
                 {"below_normal", BELOW_NORMAL_PRIORITY_CLASS},
                 {"normal", NORMAL_PRIORITY_CLASS},
                 {"above_normal", ABOVE_NORMAL_PRIORITY_CLASS},
                 {"high", HIGH_PRIORITY_CLASS}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_job_with("priority", cases[i].value);
        assert_int_equal(asked.BasicLimitInformation.LimitFlags, ALWAYS);
        assert_int_equal(asked.BasicLimitInformation.PriorityClass, cases[i].class);
    }
}

static void breakaway_lets_a_program_leave_its_job(void **state)
{
    (void)state;
    make_job_with("breakaway", "yes");
    assert_int_equal(asked.BasicLimitInformation.LimitFlags,
                     ALWAYS | JOB_OBJECT_LIMIT_BREAKAWAY_OK);
    make_job_with("breakaway", "no");
    assert_int_equal(asked.BasicLimitInformation.LimitFlags, ALWAYS);
}

static void a_program_leaves_its_job_where_breakaway_lets_it(void **state)
{
    struct process *server = server_start("[defaults]\n"
                                          "port = 0\n"
                                          "server = tests\\probe.exe\n"
                                          "server_args = break-away\n"
                                          "[service may]\n"
                                          "breakaway = yes\n"
                                          "[service default]\n");

    (void)state;
    SOCKET client = client_connect(server, "may");
    assert_string_equal(client_rest(client), "away\n");
    client_close(client);
    client = client_connect(server, "default");
    assert_string_equal(client_rest(client), "kept\n");
    client_close(client);
}

static void a_handler_within_its_limits_serves(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "server = handlers\\upper.exe\n"
                                          "memory_max = 200M\n"
                                          "process_max = 2\n"
                                          "cpu_time_max = 1h\n"
                                          "priority = below_normal\n");
    SOCKET client = client_connect(server, "upper");

    (void)state;
    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_end_sending(client);
    client_expect_end(client);
    client_close(client);
    server_expect(server, "close upper#1 * exit 0 after * s\n"); /* for no other reason */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(without_an_option_there_is_no_limit),
        SYSTEM_TEST(memory_max_is_that_of_the_job),
        SYSTEM_TEST(process_max_is_that_of_the_job),
        SYSTEM_TEST(cpu_time_max_is_that_of_the_job),
        SYSTEM_TEST(priority_is_that_of_the_job),
        SYSTEM_TEST(breakaway_lets_a_program_leave_its_job),
        SYSTEM_TEST(a_program_leaves_its_job_where_breakaway_lets_it),
        SYSTEM_TEST(a_handler_within_its_limits_serves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
