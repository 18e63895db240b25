#include "server/listener_place.h"

#include "core/memory.h"
#include "windows/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether this machine can have one socket for IPv4 and IPv6. */
static bool has_dual_stack(void)
{
    SOCKET probe = socket_create(AF_INET6, false);

    if (probe == INVALID_SOCKET)
        return false;
    bool has = socket_set_v6only(probe, false);
    closesocket(probe);
    return has;
}

/* All addresses: by one dual-stack socket, by 0.0.0.0 alone where there is no IPv6. */
static void place_everywhere(struct listener_place *place, uint16_t port)
{
    memset(place, 0, sizeof *place);
    place->any = true;
    if (has_dual_stack()) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&place->storage;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        place->length = sizeof *in6;
    } else {
        struct sockaddr_in *in = (struct sockaddr_in *)&place->storage;

        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        place->length = sizeof *in;
    }
}

static bool place_known(const struct listener_place *places, size_t count, const ADDRINFOW *entry)
{
    for (size_t i = 0; i < count; i++)
        if ((size_t)places[i].length == entry->ai_addrlen &&
            memcmp(&places[i].storage, entry->ai_addr, entry->ai_addrlen) == 0)
            return true;
    return false;
}

bool listener_resolve(const char *bind, uint16_t port, struct listener_place **places,
                      size_t *count, struct error *error)
{
    ADDRINFOW hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    ADDRINFOW *entries = NULL;
    wchar_t service[8];

    *count = 0;
    *places = NULL;
    if (strcmp(bind, "*") == 0) {
        *places = memory_zeroed(1, sizeof **places);
        *count = 1;
        place_everywhere(*places, port);
        return true;
    }
    wchar_t *name = wide_from_utf8(bind);
    swprintf(service, ARRAYSIZE(service), L"%u", port);
    int code = GetAddrInfoW(name, service, &hints, &entries);
    free(name);
    if (code != 0)
        return error_code(error, (DWORD)code, "bind = %s: look-up", bind);
    for (const ADDRINFOW *entry = entries; entry != NULL; entry = entry->ai_next) {
        if ((entry->ai_family != AF_INET && entry->ai_family != AF_INET6) ||
            place_known(*places, *count, entry))
            continue;
        *places = memory_grow(*places, *count + 1, sizeof **places);
        struct listener_place *place = &(*places)[(*count)++];
        memset(place, 0, sizeof *place);
        memcpy(&place->storage, entry->ai_addr, entry->ai_addrlen);
        place->length = (int)entry->ai_addrlen;
    }
    FreeAddrInfoW(entries);
    return *count > 0 ||
           error_set(error, "bind = %s has neither an IPv4 nor an IPv6 address", bind);
}

/* --- comparing */

static const struct sockaddr_in *in(const struct listener_place *place)
{
    return (const struct sockaddr_in *)&place->storage;
}

static const struct sockaddr_in6 *in6(const struct listener_place *place)
{
    return (const struct sockaddr_in6 *)&place->storage;
}

uint16_t listener_place_port(const struct listener_place *place)
{
    return ntohs(place->storage.ss_family == AF_INET6 ? in6(place)->sin6_port
                                                      : in(place)->sin_port);
}

bool listener_places_equal(const struct listener_place *a, const struct listener_place *b)
{
    return a->any == b->any && a->length == b->length &&
           memcmp(&a->storage, &b->storage, (size_t)a->length) == 0;
}

/* Every address of its family. */
static bool is_wide(const struct listener_place *place)
{
    static const uint8_t zeroes[16];

    return place->storage.ss_family == AF_INET6
               ? memcmp(&in6(place)->sin6_addr, zeroes, sizeof zeroes) == 0
               : memcmp(&in(place)->sin_addr, zeroes, sizeof in(place)->sin_addr) == 0;
}

bool listener_places_overlap(const struct listener_place *a, const struct listener_place *b)
{
    uint16_t port = listener_place_port(a);

    if (port == 0 || port != listener_place_port(b))
        return false;
    if (a->any || b->any)
        return true;
    if (a->storage.ss_family != b->storage.ss_family)
        return false;
    return is_wide(a) || is_wide(b) || listener_places_equal(a, b);
}

void listener_place_text(const struct listener_place *place, char text[ADDRESS_TEXT_SIZE])
{
    struct address address;

    if (place->any) {
        snprintf(text, ADDRESS_TEXT_SIZE, "*:%u", listener_place_port(place));
        return;
    }
    address_read(&address, (const struct sockaddr *)&place->storage);
    address_text(&address, text);
}
