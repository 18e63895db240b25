#include "server/launch.h"

#include "windows/handle.h"
#include "windows/text.h"

#include <stdlib.h>
#include <string.h>

/* Everything that is made on the way and freed at its end, whatever happened. */
struct preparation {
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
    bool attributes_initialized;
    wchar_t *command_line; /* CreateProcessW may write into it */
    HANDLE standard[3];    /* stdin, stdout, stderr: all that the child inherits */
    size_t duplicates;     /* how many of them, from the first, are ours to close */
};

bool launch_is_temporary(DWORD code)
{
    return code == ERROR_NOT_ENOUGH_MEMORY || code == ERROR_OUTOFMEMORY ||
           code == ERROR_INTERNAL_ERROR || code == ERROR_NO_SYSTEM_RESOURCES ||
           code == ERROR_COMMITMENT_LIMIT;
}

static bool fail(struct launch_failure *failure, const char *call, const wchar_t *object)
{
    DWORD code = GetLastError();
    char name[300] = "";

    if (object != NULL) {
        name[0] = ' ';
        WideCharToMultiByte(CP_UTF8, 0, object, -1, name + 1, sizeof name - 1, NULL, NULL);
        name[sizeof name - 1] = '\0';
    }
    failure->temporary = launch_is_temporary(code);
    return error_code(&failure->error, code, "%s%s", call, name);
}

/* Separate handles: a program that closes its stdin keeps its stdout. */
static bool prepare_handles(struct preparation *preparation, const struct launch *request,
                            struct launch_failure *failure)
{
    HANDLE self = GetCurrentProcess();
    size_t count = request->error_output == NULL ? 3 : 2;

    preparation->standard[2] = request->error_output;
    if (request->as_they_are) {
        preparation->standard[0] = request->input;
        preparation->standard[1] = request->output;
        return true;
    }
    while (preparation->duplicates < count) {
        HANDLE handle = preparation->duplicates == 0 ? request->input : request->output;

        if (!DuplicateHandle(self, handle, self, &preparation->standard[preparation->duplicates], 0,
                             TRUE, DUPLICATE_SAME_ACCESS))
            return fail(failure, "DuplicateHandle of a standard handle", NULL);
        preparation->duplicates++;
    }
    return true;
}

static bool prepare_attributes(struct preparation *preparation, struct child *child,
                               struct launch_failure *failure)
{
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    preparation->attributes = malloc(size);
    if (preparation->attributes == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return fail(failure, "malloc", NULL);
    }
    if (!InitializeProcThreadAttributeList(preparation->attributes, 2, 0, &size))
        return fail(failure, "InitializeProcThreadAttributeList", NULL);
    preparation->attributes_initialized = true;
    if (!UpdateProcThreadAttribute(preparation->attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                   (void *)preparation->standard, sizeof preparation->standard,
                                   NULL, NULL) ||
        !UpdateProcThreadAttribute(preparation->attributes, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST,
                                   &child->job, sizeof child->job, NULL, NULL))
        return fail(failure, "UpdateProcThreadAttribute", NULL);
    return true;
}

/* A group of its own keeps the console's Ctrl-C away from the handler and lets one group be asked
   to end. No console at all is DETACHED_PROCESS: CREATE_NO_WINDOW would start a hidden console
   host. */
static DWORD creation_flags(const struct launch *request)
{
    DWORD flags = EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT |
                  CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED;

    flags |= request->limits->priority_class;
    if (request->console == CONSOLE_NONE)
        flags |= DETACHED_PROCESS;
    else if (request->console == CONSOLE_OWN)
        flags |= CREATE_NO_WINDOW;
    return flags;
}

/* The job reports from the first instruction on, and not before there is a process: what a failed
   try leaves behind says nothing. */
static bool report_to(struct child *child, HANDLE port, ULONG_PTR key,
                      struct launch_failure *failure)
{
    return job_report_to(child->job, port, key) ||
           fail(failure, "SetInformationJobObject with the completion port", NULL);
}

static bool resume(struct child *child, struct launch_failure *failure)
{
    if (ResumeThread(child->thread) == (DWORD)-1)
        return fail(failure, "ResumeThread", NULL);
    handle_close(&child->thread);
    return true;
}

bool launch_release(struct child *child, HANDLE port, ULONG_PTR key, struct launch_failure *failure)
{
    return report_to(child, port, key, failure) &&
           (child->thread == NULL || resume(child, failure));
}

static void close_child(struct child *child)
{
    handle_close(&child->thread);
    handle_close(&child->process);
    handle_close(&child->job);
    child->pid = 0;
}

void launch_end(struct child *child)
{
    if (child->job != NULL)
        TerminateJobObject(child->job, 1);
    close_child(child);
}

/* Another user gets a window station of his own (the empty name of a desktop), since the server's
   does not let him in. */
static bool create_process_as(const struct launch *request, struct preparation *preparation,
                              STARTUPINFOW *startup, PROCESS_INFORMATION *process)
{
    HANDLE token = request->rights->token;
    static wchar_t own_desktop[] = L"";
    DWORD flags = creation_flags(request);

    if (token == NULL)
        return CreateProcessW(request->program, preparation->command_line, NULL, NULL, TRUE, flags,
                              (void *)request->environment, request->folder, startup, process);
    if (request->rights->logon.token != NULL)
        startup->lpDesktop = own_desktop;
    return CreateProcessAsUserW(token, request->program, preparation->command_line, NULL, NULL,
                                TRUE, flags, (void *)request->environment, request->folder, startup,
                                process);
}

static bool create_process(const struct launch *request, struct preparation *preparation,
                           struct child *child, struct launch_failure *failure)
{
    STARTUPINFOEXW startup = {.StartupInfo = {.cb = sizeof startup,
                                              .dwFlags = STARTF_USESTDHANDLES,
                                              .hStdInput = preparation->standard[0],
                                              .hStdOutput = preparation->standard[1],
                                              .hStdError = preparation->standard[2]},
                              .lpAttributeList = preparation->attributes};
    PROCESS_INFORMATION process;

    if (!create_process_as(request, preparation, &startup.StartupInfo, &process))
        return fail(failure, "CreateProcess", request->program); /* whoever runs the server */
    child->process = process.hProcess;
    child->thread = process.hThread;
    child->pid = process.dwProcessId;
    return (request->port == NULL || report_to(child, request->port, request->key, failure)) &&
           (request->suspended || resume(child, failure));
}

bool launch(const struct launch *request, struct child *child, struct launch_failure *failure)
{
    struct preparation preparation = {0};
    bool launched = false;

    failure->temporary = false;
    preparation.command_line = _wcsdup(request->command_line);
    if (preparation.command_line == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        fail(failure, "malloc", NULL);
        goto done;
    }
    child->job = job_create(request->limits, &failure->error);
    if (child->job == NULL) {
        failure->temporary = launch_is_temporary(GetLastError());
        goto done;
    }
    launched = prepare_handles(&preparation, request, failure) &&
               prepare_attributes(&preparation, child, failure) &&
               create_process(request, &preparation, child, failure);
done:
    if (preparation.attributes_initialized)
        DeleteProcThreadAttributeList(preparation.attributes);
    free(preparation.attributes);
    while (preparation.duplicates > 0)
        CloseHandle(preparation.standard[--preparation.duplicates]);
    free(preparation.command_line);
    if (!launched)
        close_child(child);
    return launched;
}
