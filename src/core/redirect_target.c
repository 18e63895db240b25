#include "core/redirect_target.h"

#include "core/option_checks.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 100, PORT_MAXIMUM = 65535 };

/* "[::1]" -> "::1"; false where it is too long, or only half in brackets. */
static bool take_host(const char *text, size_t length, char host[REDIRECT_HOST_SIZE])
{
    if (length > 0 && text[0] == '[') {
        if (text[length - 1] != ']' || memchr(text, ':', length) == NULL)
            return false;
        text++;
        length -= 2;
    }
    if (length == 0 || length >= REDIRECT_HOST_SIZE)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return true;
}

static bool take_port(const char *text, uint16_t *port)
{
    size_t length = strspn(text, "0123456789");
    unsigned long number = length == 0 || length > 5 ? 0 : strtoul(text, NULL, 10);

    *port = (uint16_t)number;
    return text[length] == '\0' && number >= 1 && number <= PORT_MAXIMUM;
}

bool redirect_target_parse(const char *text, struct redirect_target *target, struct error *error)
{
    struct error ignored;
    char excerpt[EXCERPT];
    size_t length = strcspn(text, " \t");
    const char *port = text + length + strspn(text + length, " \t");

    utf8_excerpt(excerpt, sizeof excerpt, text);
    if (!take_host(text, length, target->host) || strcmp(target->host, "*") == 0 ||
        !check_bind(target->host, &ignored) || *port == '\0')
        return error_set(error, "'%s' is not HOST PORT, as in 127.0.0.1 8080", excerpt);
    if (!take_port(port, &target->port))
        return error_set(error, "'%s' does not end in a port from 1 to 65535", excerpt);
    return true;
}
