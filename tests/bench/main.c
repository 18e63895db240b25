#include "floor.h"
#include "measure.h"
#include "report.h"

#include "core/memory.h"
#include "core/path.h"
#include "windows/console.h"
#include "windows/file.h"
#include "windows/socket.h"
#include "windows/text.h"

#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_MET = 0, EXIT_SHORT = 1, EXIT_WRONG_USE = 2 };

static const char usage[] =
    "stdinetd-bench: how fast stdinetd is, as ratios to the smallest possible programs\n"
    "\n"
    "  stdinetd-bench [OPTION ...]\n"
    "\n"
    "  --list             the rows: what is measured, against what, and the goal\n"
    "  --rows NAME,...    only these rows\n"
    "  --pairs N          pairs of measurements per row (15; 1 to 1000, from 6 on they are "
    "judged)\n"
    "  --seconds S        length of one measurement (1; 0.1 to 60)\n"
    "  --clients N        clients at once (8; 1 to 64)\n"
    "  --live N           live connections for the rows threads and memory (500; 1 to 5000)\n"
    "  --listeners N      listeners for the row listeners (1000; 2 to 3000)\n"
    "  --json FILE        everything as JSON; - for stdout, with the table on stderr\n"
    "  --server PATH      the stdinetd.exe to measure (the one beside this program)\n"
    "  --smoke            every row once, small, nothing judged: does the bench work?\n"
    "  --help\n"
    "\n"
    "Both sides of a row run on this machine and are measured in turn, so that what else the "
    "machine\n"
    "does falls on both. A row is SHORT only when the whole 95 % interval of its ratio is below "
    "the goal.\n"
    "Exit code: 0 no row is short, 1 one is, or an answer was wrong or lost, 2 wrong use.\n";

/* What the command line asks for. */
struct request {
    struct setup setup;
    char *rows; /* NULL: all but those that are only on request */
    char *json;
    bool list, help;
};

static int failed(const struct error *error)
{
    fprintf(stderr, "stdinetd-bench: %s\n", error->text);
    return EXIT_SHORT;
}

/* --- this program as a floor */

static int run_floor(const wchar_t *name, const struct floor_handler *handler)
{
    static const struct {
        const wchar_t *name;
        int (*run)(const struct floor_handler *handler);
    } floors[] = {{L"floor-spawn", floor_spawn},
                  {L"floor-spawn-no-window", floor_spawn_no_window},
                  {L"floor-bytes", floor_bytes},
                  {L"floor-line", floor_line}};
    struct error error;
    size_t i = 0;

    while (i < ARRAYSIZE(floors) && wcscmp(floors[i].name, name) != 0)
        i++;
    if (i == ARRAYSIZE(floors))
        return EXIT_WRONG_USE;
    if (!sockets_start(&error) || !console_ensure(&error))
        return floor_fail(&error);
    return floors[i].run(handler);
}

/* --- the command line */

static bool read_number(const char *name, const char *text, double minimum, double maximum,
                        double *number, struct error *error)
{
    char *end;

    *number = strtod(text, &end);
    if (end == text || *end != '\0' || !(*number >= minimum && *number <= maximum))
        return error_set(error, "%s: '%s' is not a number from %g to %g", name, text, minimum,
                         maximum);
    return true;
}

static bool read_count(const char *name, const char *text, size_t minimum, size_t maximum,
                       size_t *count, struct error *error)
{
    double number;

    if (!read_number(name, text, (double)minimum, (double)maximum, &number, error))
        return false;
    *count = (size_t)number;
    return (double)*count == number || error_set(error, "%s: '%s' is not whole", name, text);
}

static void keep(char **place, const char *text)
{
    free(*place);
    *place = memory_copy(text);
}

/* An option with a value. */
static bool read_value(struct request *request, const char *name, const char *value,
                       struct error *error)
{
    struct setup *setup = &request->setup;
    size_t clients = setup->clients;

    if (strcmp(name, "--rows") == 0) {
        keep(&request->rows, value);
    } else if (strcmp(name, "--json") == 0) {
        keep(&request->json, value);
    } else if (strcmp(name, "--server") == 0) {
        free((char *)setup->side.server);
        setup->side.server = file_full_path(value);
    } else if (strcmp(name, "--pairs") == 0) {
        return read_count(name, value, 1, 1000, &setup->pairs, error);
    } else if (strcmp(name, "--seconds") == 0) {
        return read_number(name, value, 0.1, 60, &setup->seconds, error);
    } else if (strcmp(name, "--live") == 0) {
        return read_count(name, value, 1, 5000, &setup->side.live, error);
    } else if (strcmp(name, "--listeners") == 0) {
        return read_count(name, value, 2, 3000, &setup->side.listeners, error);
    } else if (strcmp(name, "--clients") == 0) {
        bool good = read_count(name, value, 1, 64, &clients, error);
        setup->clients = (unsigned)clients;
        return good;
    } else {
        return error_set(error, "there is no option '%s'", name);
    }
    return true;
}

static void make_small(struct setup *setup)
{
    setup->pairs = 1;
    setup->seconds = 0.2;
    setup->side.live = 12;
    setup->side.listeners = 20;
    setup->judge = false;
}

static bool read_arguments(struct request *request, const struct text_list *words,
                           struct error *error)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];

        if (strcmp(word, "--list") == 0)
            request->list = true;
        else if (strcmp(word, "--help") == 0)
            request->help = true;
        else if (strcmp(word, "--smoke") == 0)
            make_small(&request->setup);
        else if (i + 1 == words->count && strncmp(word, "--", 2) == 0)
            return error_set(error, "there is no option '%s', or its value is missing", word);
        else if (i + 1 == words->count)
            return error_set(error, "unexpected '%s'", word);
        else if (!read_value(request, word, words->items[++i], error))
            return false;
    }
    return true;
}

/* --- which rows */

/* The caller frees *chosen, which has room for each row once. */
static bool choose_rows(const char *names, const struct row ***chosen, size_t *count,
                        struct error *error)
{
    *chosen = memory_zeroed(row_count, sizeof(const struct row *));
    *count = 0;
    for (size_t i = 0; names == NULL && i < row_count; i++)
        if (!row_table[i].only_on_request)
            (*chosen)[(*count)++] = &row_table[i];
    while (names != NULL) {
        size_t length = strcspn(names, ",");
        char *name = memory_format("%.*s", (int)length, names);
        const struct row *row = row_find(name);

        if (row == NULL || *count == row_count) {
            error_set(error, "there is no row '%s' (--list shows them)", name);
            free(name);
            return false;
        }
        free(name);
        (*chosen)[(*count)++] = row;
        names = names[length] == ',' ? names + length + 1 : NULL;
    }
    return true;
}

static void list_rows(void)
{
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &row_table[i];

        printf("%-18s %s against %s; %s %g%s%s\n", row->name, row->subject.title,
               row->yardstick.title, row_goal_is_most(row) ? "at most" : "at least", row->goal,
               row->goal_is_for_wine ? " (under Wine)" : "",
               row->only_on_request ? " (only by --rows)" : "");
    }
}

/* --- the run */

static bool write_json(const struct request *request, const struct row *const *rows,
                       const struct outcome *outcomes, size_t count, struct error *error)
{
    bool to_stdout = strcmp(request->json, "-") == 0;
    wchar_t *path = wide_from_utf8(request->json);
    FILE *file = to_stdout ? stdout : _wfopen(path, L"wb");

    free(path);
    if (file == NULL)
        return error_set(error, "%s cannot be written", request->json);
    report_json(file, &request->setup, rows, outcomes, count);
    bool good = fflush(file) == 0 && ferror(file) == 0;
    if (!to_stdout)
        good = fclose(file) == 0 && good;
    return good || error_set(error, "%s cannot be written", request->json);
}

static int run_rows(struct request *request, const struct row *const *rows, size_t count)
{
    bool json_on_stdout = request->json != NULL && strcmp(request->json, "-") == 0;
    FILE *table = json_on_stdout ? stderr : stdout;
    struct outcome *outcomes = memory_zeroed(count, sizeof *outcomes);
    int exit_code = EXIT_MET;
    struct error error;

    report_head(table, &request->setup);
    for (size_t i = 0; i < count; i++) {
        measure_row(rows[i], &request->setup, &outcomes[i]);
        report_row(table, rows[i], &outcomes[i]);
        if (outcomes[i].verdict == VERDICT_SHORT || outcomes[i].verdict == VERDICT_FAILED)
            exit_code = EXIT_SHORT;
    }
    if (request->json != NULL && !write_json(request, rows, outcomes, count, &error))
        exit_code = failed(&error);
    for (size_t i = 0; i < count; i++)
        outcome_free(&outcomes[i]);
    free(outcomes);
    return exit_code;
}

static int run_bench(struct request *request, const struct row *const *rows, size_t count)
{
    struct error error;
    char *options = NULL;
    int exit_code = EXIT_SHORT;

    if (!sockets_start(&error))
        return failed(&error);
    if (console_ensure(&error))
        options = side_read_options(request->setup.side.server, &error);
    request->setup.side.options = options;
    if (options != NULL)
        exit_code = run_rows(request, rows, count);
    else
        failed(&error);
    free(options);
    sockets_stop();
    return exit_code;
}

static void set_defaults(struct request *request)
{
    char *bench = file_own_program();
    char *folder = path_folder(bench);
    char *programs = path_folder(folder);

    request->setup = (struct setup){
        .side = {.bench = bench,
                 .server = path_join(folder, "stdinetd.exe"),
                 .handler = path_join(folder, "stdinetd-bench-handler.exe"),
                 .worker = path_join(folder, "stdinetd-bench-worker.exe"),
                 .webserver = path_join(programs, "handlers\\webserver.exe"),
                 .web_folder = path_join(programs, "etc\\www"),
                 .listeners = 1000,
                 .live = 500},
        .pairs = 15,
        .seconds = 1,
        .clients = 8,
        .judge = true,
        .on_wine = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL};
    free(folder);
    free(programs);
}

static int run(const struct text_list *words)
{
    struct request request = {0};
    const struct row **rows = NULL;
    size_t count = 0;
    struct error error;
    int exit_code = EXIT_WRONG_USE;

    set_defaults(&request);
    if (!read_arguments(&request, words, &error) ||
        !choose_rows(request.rows, &rows, &count, &error)) {
        failed(&error);
        fputs("'stdinetd-bench --help' shows how to call it.\n", stderr);
    } else if (request.help || request.list) {
        exit_code = EXIT_MET;
        if (request.help)
            fputs(usage, stdout);
        else
            list_rows();
    } else {
        exit_code = run_bench(&request, rows, count);
    }
    free((void *)rows);
    free(request.rows);
    free(request.json);
    free((char *)request.setup.side.server);
    free((char *)request.setup.side.bench);
    free((char *)request.setup.side.handler);
    free((char *)request.setup.side.worker);
    free((char *)request.setup.side.webserver);
    free((char *)request.setup.side.web_folder);
    return exit_code;
}

int wmain(int argc, wchar_t **argv)
{
    if (argc == 5 && wcscmp(argv[1], L"--as") == 0) {
        struct floor_handler handler = {.program = argv[3], .mode = argv[4]};
        return run_floor(argv[2], &handler);
    }
    _setmode(_fileno(stdout), _O_BINARY);
    struct text_list words = utf8_words(argc - 1, argv + 1);
    int exit_code = run(&words);
    text_list_free(&words);
    return exit_code;
}
