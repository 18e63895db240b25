#ifndef STDINETD_TESTS_FAULTS_H
#define STDINETD_TESTS_FAULTS_H

/* Stands before every source of the server that tests starve: each call below asks first whether
   it is its turn to fail. The environment variable STDINETD_FAULTS says whose turn it is:

     CALL=SKIP,COUNT,CODE[;CALL=SKIP,COUNT,CODE ...]

   The first SKIP calls do what they always do, then COUNT calls fail with CODE, then all is well
   again. A macro does not expand itself, so the call inside is the real one. Memory, threads
   and events are counted by who asks for them, as "calloc connection.c": who else asks before, and
   how often, is no test's business. */

#define _CRT_RAND_S /* before stdlib.h, for windows/random.c */
#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>

/* Whether this call fails now; GetLastError() is set then. Any thread. */
bool fault(const char *call);

/* The same for a call in the file at path, whose plan is named "CALL FILE". */
bool fault_in(const char *path, const char *call);

#define CreateProcessW(...) (fault("CreateProcessW") ? FALSE : CreateProcessW(__VA_ARGS__))
#define CreateProcessAsUserW(...)                                                                  \
    (fault("CreateProcessW") ? FALSE : CreateProcessAsUserW(__VA_ARGS__))
#define CreateJobObjectW(...) (fault("CreateJobObjectW") ? NULL : CreateJobObjectW(__VA_ARGS__))
#define SetInformationJobObject(...)                                                               \
    (fault("SetInformationJobObject") ? FALSE : SetInformationJobObject(__VA_ARGS__))
#define ResumeThread(...)    (fault("ResumeThread") ? (DWORD)-1 : ResumeThread(__VA_ARGS__))
#define DuplicateHandle(...) (fault("DuplicateHandle") ? FALSE : DuplicateHandle(__VA_ARGS__))
#define CreateNamedPipeW(...)                                                                      \
    (fault("CreateNamedPipeW") ? INVALID_HANDLE_VALUE : CreateNamedPipeW(__VA_ARGS__))
#define CreateEventW(...) (fault_in(__FILE__, "CreateEventW") ? NULL : CreateEventW(__VA_ARGS__))
#define CreateFileMappingW(...)                                                                    \
    (fault("CreateFileMappingW") ? NULL : CreateFileMappingW(__VA_ARGS__))
#define CreateThread(...) (fault_in(__FILE__, "CreateThread") ? NULL : CreateThread(__VA_ARGS__))
#define RegisterWaitForSingleObject(...)                                                           \
    (fault("RegisterWaitForSingleObject") ? FALSE : RegisterWaitForSingleObject(__VA_ARGS__))
#define WSASocketW(...) (fault("WSASocketW") ? INVALID_SOCKET : WSASocketW(__VA_ARGS__))
#define WSADuplicateSocketW(...)                                                                   \
    (fault("WSADuplicateSocketW") ? SOCKET_ERROR : WSADuplicateSocketW(__VA_ARGS__))
#define bind(...)        (fault("bind") ? SOCKET_ERROR : bind(__VA_ARGS__))
#define setsockopt(...)  (fault("setsockopt") ? SOCKET_ERROR : setsockopt(__VA_ARGS__))
#define getpeername(...) (fault("getpeername") ? SOCKET_ERROR : getpeername(__VA_ARGS__))
#define WSAGetOverlappedResult(...)                                                                \
    (fault("WSAGetOverlappedResult") ? FALSE : WSAGetOverlappedResult(__VA_ARGS__))
#define CreateDirectoryW(...) (fault("CreateDirectoryW") ? FALSE : CreateDirectoryW(__VA_ARGS__))
#define OpenSCManagerW(...)   (fault("OpenSCManagerW") ? NULL : OpenSCManagerW(__VA_ARGS__))
#define MoveFileExW(...)      (fault("MoveFileExW") ? FALSE : MoveFileExW(__VA_ARGS__))
#define SetEndOfFile(...)     (fault("SetEndOfFile") ? FALSE : SetEndOfFile(__VA_ARGS__))
#define calloc(...)           (fault_in(__FILE__, "calloc") ? NULL : calloc(__VA_ARGS__))
#define malloc(...)           (fault_in(__FILE__, "malloc") ? NULL : malloc(__VA_ARGS__))

/* Its turn says that no provider has sockets that are file handles. */
#define WSAEnumProtocolsW fault_list_protocols
int WSAAPI fault_list_protocols(int *protocols, WSAPROTOCOL_INFOW *entries, DWORD *size);

/* With CODE 0 the packet is lost although the call succeeds. */
#define PostQueuedCompletionStatus(...)                                                            \
    (fault("PostQueuedCompletionStatus") ? GetLastError() == 0                                     \
                                         : PostQueuedCompletionStatus(__VA_ARGS__))

/* Here SKIP and COUNT are packets: those that are lost on the way. */
#define GetQueuedCompletionStatus fault_get_packet
BOOL fault_get_packet(HANDLE port, DWORD *bytes, ULONG_PTR *key, OVERLAPPED **overlapped,
                      DWORD timeout_ms);

/* Its turn sets the counter back by an hour. */
#define QueryPerformanceCounter fault_get_ticks
BOOL fault_get_ticks(LARGE_INTEGER *ticks);

/* Only the log file counts: what is opened or made, and what is written to a disk. A write whose
   turn it is writes the first half of its bytes all the same, and with CODE 0 says so as a full
   disk may do, instead of failing. */
#define CreateFileW fault_open_file
HANDLE fault_open_file(const wchar_t *path, DWORD access, DWORD sharing,
                       SECURITY_ATTRIBUTES *security, DWORD disposition, DWORD flags,
                       HANDLE template_file);
#define WriteFile fault_write_file
BOOL fault_write_file(HANDLE file, const void *bytes, DWORD count, DWORD *written,
                      OVERLAPPED *overlapped);

#endif
