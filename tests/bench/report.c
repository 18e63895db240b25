#include "report.h"

#include "windows/text.h"

#include <string.h>

/* "Windows 10.0.19045", or "Wine 8.0", which imitates one. ntdll knows; the documented calls answer
   what a manifest asks for. */
static void describe_system(char *text, size_t size)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC wine = GetProcAddress(ntdll, "wine_get_version");
    FARPROC windows = GetProcAddress(ntdll, "RtlGetVersion");
    const char *(*wine_get_version)(void);
    LONG(WINAPI * get_version)(OSVERSIONINFOW * version);
    OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};

    memcpy(&wine_get_version, &wine, sizeof wine_get_version);
    memcpy(&get_version, &windows, sizeof get_version);
    if (wine != NULL) {
        snprintf(text, size, "Wine %s", wine_get_version());
    } else {
        get_version(&version);
        snprintf(text, size, "Windows %lu.%lu.%lu", version.dwMajorVersion, version.dwMinorVersion,
                 version.dwBuildNumber);
    }
}

static unsigned count_processors(void)
{
    SYSTEM_INFO information;

    GetSystemInfo(&information);
    return information.dwNumberOfProcessors;
}

/* --- the table */

void report_head(FILE *file, const struct setup *setup)
{
    char system[60];

    describe_system(system, sizeof system);
    fprintf(
        file,
        "stdinetd-bench on %s, %u processors: %zu pairs of %.1f s in turn, %u clients at once\n\n",
        system, count_processors(), setup->pairs, setup->seconds, setup->clients);
    fprintf(file, "%-18s %-31s %12s  %-37s %12s  %6s  %-16s %-8s %s\n", "row", "", "median",
            "against", "median", "ratio", "95 % interval", "goal", "");
    fflush(file);
}

static void format_figure(const struct row *row, double figure, char *text, size_t size)
{
    snprintf(text, size, row->kind == ROW_THREADS ? "%.0f %s" : "%.1f %s", figure, row_unit(row));
}

void report_row(FILE *file, const struct row *row, const struct outcome *outcome)
{
    const struct summary *summary = &outcome->summary;
    char subject[30], yardstick[30], interval[40], goal[20], value[20];

    if (outcome->verdict == VERDICT_SKIPPED || outcome->verdict == VERDICT_FAILED) {
        fprintf(file, "%-18s %s: %s\n", row->name, verdict_text(outcome->verdict), outcome->note);
        fflush(file);
        return;
    }
    format_figure(row, outcome->subject.median, subject, sizeof subject);
    format_figure(row, outcome->yardstick.median, yardstick, sizeof yardstick);
    if (row_is_ratio(row)) {
        snprintf(value, sizeof value, "%.3f", summary->median);
        snprintf(interval, sizeof interval, "%.3f to %.3f%s", summary->low, summary->high,
                 summary->confidence < 0.95 ? "?" : "");
        snprintf(goal, sizeof goal, "%s %.2f", row_goal_is_most(row) ? "<=" : ">=", row->goal);
    } else {
        snprintf(value, sizeof value, row->kind == ROW_THREADS ? "%+.0f" : "%.1f each",
                 summary->median);
        snprintf(interval, sizeof interval, "-");
        snprintf(goal, sizeof goal, "<= %.0f", row->goal);
    }
    fprintf(file, "%-18s %-31s %12s  %-37s %12s  %6s  %-16s %-8s %s\n", row->name,
            row->subject.title, subject, row->yardstick.title, yardstick, value, interval, goal,
            verdict_text(outcome->verdict));
    if (outcome->note[0] != '\0')
        fprintf(file, "%-18s   (%s)\n", "", outcome->note);
    fflush(file);
}

/* --- JSON (RFC 8259) */

static void write_string(FILE *file, const char *name, const char *text)
{
    fprintf(file, "\"%s\": \"", name);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte < 0x20)
            fprintf(file, "\\u%04x", byte);
        else
            fputc(byte, file);
    }
    fputc('"', file);
}

static void write_figures(FILE *file, const char *name, const struct side_plan *plan,
                          const struct figures *figures, size_t pairs)
{
    fprintf(file, ",\n      \"%s\": {", name);
    write_string(file, "what", plan->title);
    fprintf(file, ", \"median\": %.3f", figures->median);
    if (figures->latency_median_ms > 0)
        fprintf(file, ", \"latency_median_ms\": %.3f, \"latency_95_ms\": %.3f",
                figures->latency_median_ms, figures->latency_95_ms);
    if (pairs > 0) {
        fprintf(file, ", \"lost\": %llu, \"figures\": [", (unsigned long long)figures->lost);
        for (size_t i = 0; i < pairs; i++)
            fprintf(file, "%s%.3f", i > 0 ? ", " : "", figures->values[i]);
        fputc(']', file);
    }
    fputc('}', file);
}

static void write_row(FILE *file, const struct row *row, const struct outcome *outcome)
{
    const struct summary *summary = &outcome->summary;

    fputs("    {", file);
    write_string(file, "row", row->name);
    fputs(", ", file);
    write_string(file, "verdict", verdict_text(outcome->verdict));
    fputs(", ", file);
    write_string(file, "unit", row_unit(row));
    fputs(", ", file);
    write_string(file, "note", outcome->note);
    if (outcome->verdict != VERDICT_SKIPPED && outcome->verdict != VERDICT_FAILED) {
        write_figures(file, "subject", &row->subject, &outcome->subject, outcome->pairs);
        write_figures(file, "yardstick", &row->yardstick, &outcome->yardstick, outcome->pairs);
        fprintf(file,
                ",\n      \"%s\": {\"median\": %.4f, \"low\": %.4f, \"high\": %.4f, "
                "\"confidence\": %.4f}",
                row_is_ratio(row) ? "ratio" : "count", summary->median, summary->low, summary->high,
                summary->confidence);
        fprintf(file, ", \"%s\": %g", row_goal_is_most(row) ? "at_most" : "at_least", row->goal);
    }
    fputc('}', file);
}

void report_json(FILE *file, const struct setup *setup, const struct row *const *rows,
                 const struct outcome *outcomes, size_t count)
{
    char system[60];

    describe_system(system, sizeof system);
    fputs("{\n  \"program\": \"stdinetd-bench\",\n  ", file);
    write_string(file, "system", system);
    fprintf(file,
            ",\n  \"processors\": %u,\n  \"pairs\": %zu,\n  \"seconds\": %g,\n  \"clients\": %u,\n"
            "  \"listeners\": %zu,\n  \"live\": %zu,\n  ",
            count_processors(), setup->pairs, setup->seconds, setup->clients, setup->side.listeners,
            setup->side.live);
    write_string(file, "server", setup->side.server);
    fputs(",\n  \"rows\": [\n", file);
    for (size_t i = 0; i < count; i++) {
        write_row(file, rows[i], &outcomes[i]);
        fputs(i + 1 < count ? ",\n" : "\n", file);
    }
    fputs("  ]\n}\n", file);
}
