#ifndef STDINETD_CORE_CONFIG_H
#define STDINETD_CORE_CONFIG_H

#include "core/access.h"
#include "core/options.h"
#include "core/record.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum accept_with { ACCEPT_WITH_ACCEPTEX, ACCEPT_WITH_ACCEPT };
enum protocol { PROTOCOL_TCP };
enum console { CONSOLE_AUTO, CONSOLE_SHARED, CONSOLE_NONE, CONSOLE_OWN };
enum stdio { STDIO_AUTO, STDIO_SOCKET, STDIO_PIPE };
enum error_output { ERROR_OUTPUT_LOG, ERROR_OUTPUT_NULL, ERROR_OUTPUT_SOCKET };
enum end { END_HANDLER, END_JOB };
enum transfer { TRANSFER_WSADUPLICATESOCKET, TRANSFER_DUPLICATEHANDLE };
enum priority {
    PRIORITY_NORMAL,
    PRIORITY_IDLE,
    PRIORITY_BELOW_NORMAL,
    PRIORITY_ABOVE_NORMAL,
    PRIORITY_HIGH
};
enum overload { OVERLOAD_QUEUE, OVERLOAD_REFUSE };
enum privileges { PRIVILEGES_AUTO, PRIVILEGES_DROP, PRIVILEGES_KEEP };
enum internal {
    INTERNAL_NONE = NO_CHOICE, /* a program is started */
    INTERNAL_ECHO,
    INTERNAL_DISCARD,
    INTERNAL_DAYTIME,
    INTERNAL_TIME,
    INTERNAL_CHARGEN
};
enum integrity { INTEGRITY_KEEP, INTEGRITY_MEDIUM, INTEGRITY_LOW };

/* One service as it will be served. Every option field belongs to a row of the option table. */
struct service {
    char *name; /* unique in its config */
    char *file; /* where it was declared, as messages call it; NULL for the command line */
    int line;   /* of that file; 0 for the command line */

    struct port_list port;
    struct text_list bind; /* addresses, host names, "*" */
    int protocol;          /* enum protocol */
    uint64_t backlog;
    bool nodelay;
    uint64_t keepalive; /* ms; 0 = no */
    bool disable;

    char *server; /* NULL where it is internal */
    int internal; /* enum internal */
    struct text_list server_args;
    char *working_directory;  /* as written; NULL = the base folder */
    struct text_list env;     /* NAME=value */
    struct text_list passenv; /* names; "*" = all */

    int stdio;        /* enum stdio */
    int error_output; /* enum error_output: the option stderr */
    int console;      /* enum console */
    int end;          /* enum end */
    uint64_t linger;  /* ms; 0 = close at once */
    char *banner;     /* a file, as written; or NULL */
    char *banner_fail;

    uint64_t workers;     /* 0: a program is started for each connection */
    uint64_t workers_max; /* 0: as workers */
    uint64_t worker_connections;
    uint64_t worker_requests; /* or UNLIMITED */
    int transfer;             /* enum transfer */

    struct text_list only_from, no_access; /* addresses, networks, host names */
    struct text_list access_times;         /* "hh:mm-hh:mm" */

    uint64_t instances;  /* or UNLIMITED */
    uint64_t per_source; /* or UNLIMITED */
    struct rate per_source_rate, rate;
    int overload; /* enum overload */

    uint64_t max_time;     /* ms, or UNLIMITED */
    uint64_t idle_time;    /* ms, or UNLIMITED */
    uint64_t stop_time;    /* ms */
    uint64_t memory_max;   /* bytes, or UNLIMITED */
    uint64_t process_max;  /* or UNLIMITED */
    uint64_t cpu_time_max; /* ms, or UNLIMITED */
    int priority;          /* enum priority */

    char *user;     /* an account, or NULL */
    int privileges; /* enum privileges */
    int integrity;  /* enum integrity */
    bool breakaway;

    struct access access; /* what only_from and no_access come to; borrows their texts */

    /* What follows from them: absolute paths and the finished command line, ready for
     * CreateProcess; all NULL where it is internal. */
    char *program; /* what to start: the program, or cmd.exe for a script */
    char *command_line;
    char *folder;           /* the handler's current folder */
    const char *needs_pipe; /* which known program it is that takes no socket; NULL where none */
};

struct config {
    char *base;               /* absolute once loaded */
    struct text_list include; /* empty once loaded: what it names has become services */
    uint64_t instances;
    uint64_t spawn_threads;
    uint64_t drain;    /* ms */
    int accept_with;   /* enum accept_with */
    char *control;     /* name of the control pipe */
    int log_level;     /* enum level */
    char *log_file;    /* absolute once loaded; NULL = stderr */
    int log_format;    /* enum log_format */
    uint64_t log_size; /* bytes */
    uint64_t log_keep;

    struct service *services; /* in the order of the file, disabled ones left out */
    size_t service_count;
};

/* Moves one service, with all that it owns, out of the config that it was loaded into. The caller
   gives it to service_free. */
struct service *config_take_service(struct config *config, size_t place);
void service_free(struct service *service);

/* What core cannot know by itself. Texts are borrowed for the call. */
struct config_source {
    const char *file;        /* how messages call it: "etc\stdinetd.ini" */
    const char *folder;      /* absolute folder that base and include are relative to */
    const char *search_path; /* the PATH variable, for bare program names */
    const char *cmd;         /* absolute path of cmd.exe */
    bool (*file_exists)(void *context, const char *path); /* a file, not a folder */
    bool (*folder_exists)(void *context, const char *path);
    /* Appends every address of a host name, as text. */
    bool (*look_up)(void *context, const char *name, struct text_list *addresses,
                    struct error *error);
    /* Reads a whole file, which the caller frees; NULL on failure. */
    char *(*read_file)(void *context, const char *path, size_t *length, struct error *error);
    /* Appends the names of the files in a folder, in any order. */
    bool (*list_files)(void *context, const char *folder, struct text_list *names,
                       struct error *error);
    void *context;
};

/* The most that a file, and all files of a configuration together, may have in bytes. */
#define CONFIG_MAXIMUM ((size_t)16 * 1024 * 1024)

/* Reads a whole ini file from memory, and the files that it includes through source. Every mistake
   is appended to errors as "FILE:LINE: message", file by file and in the order of the lines;
   returns true only where there is none. *config must be zeroed and is the caller's to config_free,
   whatever is returned. The rules are those of section "The ini file" of README.md. */
bool config_parse(struct config *config, const char *text, size_t length,
                  const struct config_source *source, struct text_list *errors);

/* The same for "stdinetd serve PORT NAME=VALUE ... -- PROGRAM ARG ...": one service, called by its
   program's stem, without a file. source->folder is base and working_directory. Errors have
   no FILE:LINE. */
bool config_from_command(struct config *config, const char *port, const struct text_list *settings,
                         const char *program, const struct text_list *arguments,
                         const struct config_source *source, struct text_list *errors);

/* A loaded config as the text of an ini file in which every option stands with its value; there
   must be a service for the text to be loaded again. The caller frees it. NULL with *error set
   where a value has grown too long for a line, as that of base may. */
char *config_print(const struct config *config, struct error *error);

/* Finds a program as the option server does: an absolute or relative path from base; a bare name
   in base, then in search_path; never in the current folder. Without an extension .exe, .com, .cmd
   and .bat are tried. The caller frees the absolute path; NULL where there is none. */
char *config_find_program(const struct config_source *source, const char *base, const char *name);

void config_free(struct config *config);

#endif
