#include "handler.h"

static bool write_all(HANDLE output, const char *bytes, size_t length)
{
    while (length > 0) {
        DWORD written = 0;
        if (!WriteFile(output, bytes, (DWORD)length, &written, NULL) || written == 0)
            return false;
        bytes += written;
        length -= written;
    }
    return true;
}

static bool read_byte(HANDLE input, char *byte)
{
    DWORD got;

    return ReadFile(input, byte, 1, &got, NULL) && got == 1;
}

int handler_line(HANDLE input, HANDLE output)
{
    (void)input;
    return write_all(output, HANDLER_ANSWER, sizeof HANDLER_ANSWER - 1) ? 0 : 1;
}

int handler_hold(HANDLE input, HANDLE output)
{
    char byte;

    if (handler_line(input, output) != 0)
        return 1;
    while (read_byte(input, &byte))
        ;
    return 0;
}

int handler_slow(HANDLE input, HANDLE output)
{
    char byte;

    Sleep(300);
    return read_byte(input, &byte) ? handler_line(input, output) : 0;
}

char handler_block[HANDLER_BLOCK_SIZE];

void handler_fill_block(void)
{
    for (size_t i = 0; i < sizeof handler_block; i++)
        handler_block[i] = (char)(i * 31 + i / 251);
}

static bool read_count(HANDLE input, uint64_t *count)
{
    char byte;

    *count = 0;
    while (read_byte(input, &byte)) {
        if (byte == '\n')
            return true;
        if (byte < '0' || byte > '9')
            return false;
        *count = *count * 10 + (uint64_t)(byte - '0');
    }
    return false;
}

int handler_bytes(HANDLE input, HANDLE output)
{
    uint64_t blocks;
    uint64_t confirmed = 0; /* groups */
    char byte;

    handler_fill_block();
    if (!read_count(input, &blocks))
        return 1;
    for (uint64_t i = 0; i < blocks; i++) {
        while (i / HANDLER_GROUP >= confirmed + HANDLER_GROUPS_AHEAD) {
            if (!read_byte(input, &byte))
                return 1;
            confirmed++;
        }
        if (!write_all(output, handler_block, sizeof handler_block))
            return 1;
    }
    for (; confirmed < blocks / HANDLER_GROUP; confirmed++) /* nothing stays unread */
        if (!read_byte(input, &byte))
            return 1;
    return 0;
}
