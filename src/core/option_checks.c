#include "core/option_checks.h"

#include "core/access.h"
#include "core/ascii.h"
#include "core/ip.h"
#include "core/path.h"
#include "core/utf8.h"

#include <string.h>

enum { EXCERPT = 60 };

bool check_control(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    if (strlen(text) <= 200 && strpbrk(text, "\\/:*?\"<>|") == NULL)
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error_set(error,
                     "'%s' cannot be a name: at most 200 bytes, and none of \\ / : * ? \" < > |",
                     excerpt);
}

bool check_path(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    if (!path_is_ambiguous(text))
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error_set(
        error, "'%s' depends on a current drive or folder; write a whole path or a relative one",
        excerpt);
}

/* What stands behind "C:", "\\?\C:" and the like, where a ':' names a stream of a file. */
static const char *behind_drive(const char *text)
{
    if (strncmp(text, "\\\\?\\", 4) == 0 || strncmp(text, "\\\\.\\", 4) == 0)
        text += 4;
    return ascii_is_letter(text[0]) && text[1] == ':' ? text + 2 : text;
}

bool check_log_file(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    size_t length = strlen(text);
    if (!check_path(text, error))
        return false;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (strpbrk(behind_drive(text), "<>:|?*") != NULL)
        return error_set(error, "'%s' cannot be the path of a file, which has none of < > : | ? *",
                         excerpt);
    if (length == 0 || strchr("\\/. ", text[length - 1]) != NULL)
        return error_set(error, "'%s' does not end in the name of a file", excerpt);
    return true;
}

bool check_include(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    const char *wildcard = path_wildcard(text);
    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (*path_name(text) == '\0')
        return error_set(error, "'%s' names no file", excerpt);
    if (wildcard != NULL && wildcard < path_name(text))
        return error_set(error, "'%s' has a * or ? in the name of a folder; only the last part may",
                         excerpt);
    return check_path(text, error);
}

/* Letters, digits, '-', '_' and '.', and at least one letter: without, it is a mistyped address. */
static bool looks_like_host_name(const char *text)
{
    bool letter = false;
    for (; *text != '\0'; text++) {
        bool other = (unsigned char)*text >= 0x80; /* an internationalized name */
        letter = letter || other || ascii_is_letter(*text);
        if (!other && !ascii_is_letter(*text) && !ascii_is_digit(*text) &&
            strchr("-_.", *text) == NULL)
            return false;
    }
    return letter;
}

/* Without its zone: "fe80::1%4" -> "fe80::1". */
static bool is_address(const char *text)
{
    struct ip ip;
    char address[64];
    size_t length = strcspn(text, "%");
    bool zone = text[length] == '%' && text[length + 1] != '\0';
    if (length >= sizeof address || (text[length] == '%' && !zone))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    return ip_parse(address, &ip) && (!zone || ip.version == 6);
}

bool check_bind(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    if (strcmp(text, "*") == 0 || is_address(text) || looks_like_host_name(text))
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error_set(error,
                     "'%s' is neither an address nor a host name nor * (ports are written in"
                     " 'port')",
                     excerpt);
}

bool check_env(const char *text, struct error *error)
{
    static const char *const own[] = {
        "PROTO",          "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP",       "TCPLOCALPORT",
        "REMOTE_ADDR",    "REMOTE_PORT", "REMOTE_HOST",   "STDINETD_SERVICE", "STDINETD_CONNECTION",
        "STDINETD_WORKER"};
    char excerpt[EXCERPT];
    size_t length = strcspn(text, "=");
    if (length == 0 || text[length] == '\0') {
        utf8_excerpt(excerpt, sizeof excerpt, text);
        return error_set(error, "'%s' is not NAME=value", excerpt);
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strlen(own[i]) == length && ascii_equals_n(own[i], text, length))
            return error_set(
                error, "'%s' is set by stdinetd for every connection; choose another name", own[i]);
    return true;
}

bool check_passenv(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    size_t length = strcspn(text, "=*");
    if (*text != '\0' && (text[length] == '\0' || strcmp(text + length, "*") == 0))
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error_set(error, "'%s' is not the name of a variable (a * may stand at its end)",
                     excerpt);
}

bool check_network(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    struct network network;

    if (network_parse(text, &network, error) ||
        (error->text[0] == '\0' && looks_like_host_name(text)))
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error->text[0] != '\0'
               ? false
               : error_set(error, "'%s' is neither an address nor a network nor a host name",
                           excerpt);
}

bool check_user(const char *text, struct error *error)
{
    char excerpt[EXCERPT];
    const char *backslash = strchr(text, '\\');
    const char *name = backslash == NULL ? text : backslash + 1;
    if (strlen(text) <= 256 && backslash != text && *name != '\0' && strchr(name, '\\') == NULL &&
        strpbrk(text, "\"/[]:;|=,+*?<>") == NULL)
        return true;
    utf8_excerpt(excerpt, sizeof excerpt, text);
    return error_set(error, "'%s' cannot be an account; write NAME, DOMAIN\\NAME or NAME@DOMAIN",
                     excerpt);
}

bool check_day_time(const char *text, struct error *error)
{
    struct day_time time;

    return day_time_parse(text, &time, error);
}
