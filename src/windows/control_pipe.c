#include "windows/control_pipe.h"

#include "core/memory.h"
#include "windows/service_manager.h"
#include "windows/text.h"
#include "windows/token.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>
#include <wchar.h>

enum { OUT_BUFFER = 64 * 1024, IN_BUFFER = 1024, BUSY_MS = 5000, MOMENT_MS = 200, LOOK_MS = 10 };

static wchar_t *path_of(const char *name)
{
    char *path = memory_format("\\\\.\\pipe\\%s", name);
    wchar_t *wide = wide_from_utf8(path);

    free(path);
    return wide;
}

/* --- who may use it */

/* The caller frees it with LocalFree; NULL on failure, the reason is in GetLastError(). */
static PSECURITY_DESCRIPTOR make_descriptor(void)
{
    TOKEN_USER *user = token_query(NULL, TokenUser);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    wchar_t *sid = NULL;
    wchar_t text[256];

    if (user != NULL && ConvertSidToStringSidW(user->User.Sid, &sid)) {
        swprintf(text, ARRAYSIZE(text), L"O:%lsD:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;%ls)", sid, sid);
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1,
                                                                  &descriptor, NULL))
            descriptor = NULL;
        LocalFree(sid);
    }
    free(user);
    return descriptor;
}

/* The caller himself, or the owner that what he makes has by itself (Wine 8 knows no other). */
static bool is_own(PSID sid)
{
    TOKEN_OWNER *owner = token_query(NULL, TokenOwner);
    bool own = token_is_user(sid) || (owner != NULL && EqualSid(sid, owner->Owner));

    free(owner);
    return own;
}

static bool is_well_known(PSID sid)
{
    static const WELL_KNOWN_SID_TYPE trusted[] = {WinLocalSystemSid, WinBuiltinAdministratorsSid,
                                                  WinLocalServiceSid, WinNetworkServiceSid};

    for (size_t i = 0; i < ARRAYSIZE(trusted); i++)
        if (IsWellKnownSid(sid, trusted[i]))
            return true;
    return false;
}

/* The service of that name, whatever its account: only an administrator can have installed it. */
static bool is_service(HANDLE pipe, const char *name)
{
    struct service_info info;
    struct error ignored;
    ULONG pid = 0;
    bool is = GetNamedPipeServerProcessId(pipe, &pid) && pid != 0 &&
              service_manager_look(name, &info, &ignored) && info.pid == pid;

    if (pid != 0)
        service_info_free(&info);
    return is;
}

static void complain_of_owner(PSID owner, struct error *error)
{
    wchar_t *wide = NULL;
    char *text =
        owner != NULL && ConvertSidToStringSidW(owner, &wide) ? utf8_from_wide(wide) : NULL;

    error_set(error, "the control pipe belongs to %s, who is neither you nor an administrator",
              text != NULL ? text : "nobody");
    LocalFree(wide);
    free(text);
}

static bool is_trusted(HANDLE pipe, const char *name, struct error *error)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    DWORD code = GetSecurityInfo(pipe, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL,
                                 NULL, NULL, &descriptor);
    bool trusted = false;

    if (code != ERROR_SUCCESS)
        error_code(error, code, "GetSecurityInfo of the control pipe");
    else if (owner != NULL && (is_well_known(owner) || is_own(owner) || is_service(pipe, name)))
        trusted = true;
    else
        complain_of_owner(owner, error);
    if (descriptor != NULL)
        LocalFree(descriptor);
    return trusted;
}

/* --- the server's end */

bool control_pipe_exists(const char *name)
{
    wchar_t *path = path_of(name);
    bool exists = WaitNamedPipeW(path, 1) || GetLastError() != ERROR_FILE_NOT_FOUND;

    free(path);
    return exists;
}

HANDLE control_pipe_create(const char *name, bool first, struct error *error)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security};
    HANDLE pipe = INVALID_HANDLE_VALUE;

    if (first && control_pipe_exists(name)) {
        error_set(error, "\\\\.\\pipe\\%s belongs to another program already", name);
        return NULL;
    }
    security.lpSecurityDescriptor = make_descriptor();
    if (security.lpSecurityDescriptor == NULL) {
        error_windows(error, "the access list of the control pipe");
        return NULL;
    }
    wchar_t *path = path_of(name);
    pipe = CreateNamedPipeW(path,
                            PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED |
                                (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
                            PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES,
                            OUT_BUFFER, IN_BUFFER, 0, &security);
    if (pipe == INVALID_HANDLE_VALUE) {
        error_windows(error, "CreateNamedPipe \\\\.\\pipe\\%s", name);
        pipe = NULL;
    }
    LocalFree(security.lpSecurityDescriptor);
    free(path);
    return pipe;
}

/* --- the client's end */

/* Between two clients there can be a moment without a free instance; Wine 8 then says that there is
   no such pipe. */
static HANDLE open_free_instance(const wchar_t *path)
{
    ULONGLONG began = GetTickCount64();

    for (;;) {
        HANDLE pipe = CreateFileW(
            path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
            FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        DWORD code = GetLastError();
        ULONGLONG passed = GetTickCount64() - began;

        bool wait = (code == ERROR_PIPE_BUSY && passed < BUSY_MS) ||
                    (code == ERROR_FILE_NOT_FOUND && passed < MOMENT_MS);

        if (pipe != INVALID_HANDLE_VALUE || !wait)
            return pipe;
        if (!WaitNamedPipeW(path, 500))
            Sleep(LOOK_MS);
    }
}

HANDLE control_pipe_open(const char *name, struct error *error)
{
    wchar_t *path = path_of(name);
    HANDLE pipe = open_free_instance(path);
    DWORD code = GetLastError();

    free(path);
    if (pipe == INVALID_HANDLE_VALUE) {
        if (code == ERROR_FILE_NOT_FOUND)
            error_set(error, "no stdinetd runs here under the name '%s'", name);
        else if (code == ERROR_ACCESS_DENIED)
            error_set(error, "the stdinetd '%s' belongs to another user: ask as an administrator",
                      name);
        else
            error_code(error, code, "CreateFile \\\\.\\pipe\\%s", name);
        return NULL;
    }
    if (is_trusted(pipe, name, error))
        return pipe;
    CloseHandle(pipe);
    return NULL;
}

/* What ReadFile or WriteFile has begun. */
static bool finish_io(HANDLE pipe, OVERLAPPED *overlapped, DWORD *bytes, DWORD timeout_ms,
                      const char *call, struct error *error)
{
    bool in_time = WaitForSingleObject(overlapped->hEvent, timeout_ms) == WAIT_OBJECT_0;

    if (!in_time)
        CancelIoEx(pipe, overlapped);
    if (GetOverlappedResult(pipe, overlapped, bytes, TRUE))
        return true;
    if (!in_time)
        return error_set(error, "the server does not answer within %lu s", timeout_ms / 1000);
    return error_windows(error, "%s of the control pipe", call);
}

bool control_pipe_write(HANDLE pipe, const char *bytes, size_t size, DWORD timeout_ms,
                        struct error *error)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD written = 0;
    bool good =
        WriteFile(pipe, bytes, (DWORD)size, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING
            ? finish_io(pipe, &overlapped, &written, timeout_ms, "WriteFile", error)
            : error_windows(error, "WriteFile of the control pipe");

    if (overlapped.hEvent != NULL)
        CloseHandle(overlapped.hEvent);
    return good && (written == size ||
                    error_set(error, "the control pipe took only %lu of %zu bytes", written, size));
}

bool control_pipe_read(HANDLE pipe, char *bytes, size_t size, size_t *length, DWORD timeout_ms,
                       struct error *error)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD count = 0;
    bool good =
        ReadFile(pipe, bytes, (DWORD)size, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING
            ? finish_io(pipe, &overlapped, &count, timeout_ms, "ReadFile", error)
            : error_windows(error, "ReadFile of the control pipe");

    if (overlapped.hEvent != NULL)
        CloseHandle(overlapped.hEvent);
    *length = count;
    return good && count > 0;
}
