/* quote, guess, lines and hello.cmd as their clients see them. */
#include "handler.h"
#include "site.h"

#include <stdio.h>
#include <string.h>

/* Halves what is left until the number is found. Each answer is waited for before the next guess:
   without its flushing, the game would say nothing. */
static void guess_is_a_dialogue(void **state)
{
    struct handler *handler = handler_start("guess.exe 1000");
    unsigned low = 1;
    unsigned high = 1000;
    unsigned guesses = 0;

    (void)state;
    handler_expect(handler, "I have a number between 1 and 1000.\r\n");
    for (;;) {
        unsigned guess = (low + high) / 2;
        char line[32];
        char word[8];

        assert_in_range(++guesses, 1, 10);
        handler_expect(handler, "Your guess? ");
        snprintf(line, sizeof line, "%u\r\n", guess);
        handler_say(handler, line);
        handler_take(handler, word, 5);
        if (strcmp(word, "Right") == 0)
            break;
        assert_true(low < high);
        if (strcmp(word, "More.") == 0)
            low = guess + 1;
        else if (strcmp(word, "Less.") == 0)
            high = guess - 1;
        else
            fail_msg("neither more nor less: %s", word);
        handler_expect(handler, "\r\n");
    }
    handler_rest(handler, NULL);
    assert_int_equal(handler_end(handler), 0);
}

static void guess_counts_only_numbers(void **state)
{
    struct handler *handler = handler_start("guess.exe 1");

    (void)state;
    handler_say(handler, "one\n\n2x\n1\n");
    assert_string_equal(handler_rest(handler, NULL), "I have a number between 1 and 1.\r\n"
                                                     "Your guess? That is no number.\r\n"
                                                     "Your guess? That is no number.\r\n"
                                                     "Your guess? That is no number.\r\n"
                                                     "Your guess? Right, after 1 guess.\r\n");
    assert_int_equal(handler_end(handler), 0);
}

static void guess_ends_with_its_client(void **state)
{
    struct handler *handler = handler_start("guess.exe");

    (void)state;
    handler_expect(handler, "I have a number between 1 and 100.\r\nYour guess? ");
    handler_close_input(handler);
    assert_string_equal(handler_rest(handler, NULL), "");
    assert_int_equal(handler_end(handler), 0);
}

/* All of them, with both kinds of line ends, Ctrl-Z and zeros among them. */
static void lines_keeps_every_byte(void **state)
{
    struct handler *handler = handler_start("lines.exe");
    char bytes[256 + 4];
    char expected[256 + 64];
    size_t length = 0;
    size_t size;
    unsigned line = 0;

    (void)state;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    bytes[256] = '\r';
    bytes[257] = '\n';
    bytes[258] = '\n';
    bytes[259] = 'x'; /* a last line without an end */
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 0 || bytes[i - 1] == '\n')
            length += (size_t)snprintf(expected + length, sizeof expected - length, "%u\t", ++line);
        expected[length++] = bytes[i];
    }
    handler_say_bytes(handler, bytes, sizeof bytes);
    handler_close_input(handler);
    const char *answer = handler_rest(handler, &size);
    assert_int_equal(size, length);
    assert_memory_equal(answer, expected, length);
    assert_int_equal(handler_end(handler), 0);
}

static void lines_answers_each_line_at_once(void **state)
{
    struct handler *handler = handler_start("lines.exe");

    (void)state;
    handler_say(handler, "a\r\n");
    handler_expect(handler, "1\ta\r\n");
    handler_say(handler, "in two ");
    handler_expect(handler, "2\tin two ");
    handler_say(handler, "parts\n");
    handler_expect(handler, "parts\n");
    handler_close_input(handler);
    assert_string_equal(handler_rest(handler, NULL), "");
    assert_int_equal(handler_end(handler), 0);
}

static void quote_says_one_line_and_ends(void **state)
{
    struct handler *handler = handler_start("quote.exe");
    size_t size;
    const char *quote = handler_rest(handler, &size);

    (void)state;
    assert_in_range(size, 10, 511);
    assert_string_equal(strchr(quote, '\r'), "\r\n");
    assert_int_equal(handler_end(handler), 0);
}

/* Each quote of a file comes, whole, alone, and in no fixed order. */
static void quote_picks_from_a_file(void **state)
{
    static const char text[] = "first\r\nin two lines\r\n%\r\nsecond\r\n%\r\n%\r\nthird";
    static const char *const quotes[] = {"first\r\nin two lines\r\n", "second\r\n", "third"};
    unsigned seen[3] = {0};

    (void)state;
    site_write(L"quotes.txt", text, sizeof text - 1);
    for (int tries = 0; tries < 200 && (seen[0] == 0 || seen[1] == 0 || seen[2] == 0); tries++) {
        struct handler *handler = handler_start("quote.exe quotes.txt");
        const char *quote = handler_rest(handler, NULL);
        size_t i = 0;

        while (i < 3 && strcmp(quote, quotes[i]) != 0)
            i++;
        if (i == 3)
            fail_msg("not a quote: %s", quote);
        seen[i]++;
        assert_int_equal(handler_end(handler), 0);
    }
    assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
}

static void quote_needs_its_file(void **state)
{
    struct handler *handler = handler_start("quote.exe nothing.txt");

    (void)state;
    assert_string_equal(handler_rest(handler, NULL), "");
    assert_int_equal(handler_end(handler), 1);
}

static void hello(const char *name, const char *expected)
{
    struct handler *handler;

    SetEnvironmentVariableW(L"REMOTE_ADDR", L"192.0.2.7");
    handler = handler_start("hello.cmd\" world\"");
    handler_expect(handler, "Your name? ");
    handler_say(handler, name);
    handler_close_input(handler);
    assert_string_equal(handler_rest(handler, NULL), expected);
    handler_end(handler);
}

static void a_batch_file_is_a_handler(void **state)
{
    (void)state;
    hello("Ada\r\n", "Hello Ada of 192.0.2.7, says the world.\r\n");
    hello("\r\n", "Hello  of 192.0.2.7, says the world.\r\n");
}

static void no_client_gives_commands_to_a_batch_file(void **state)
{
    (void)state;
    hello("x & echo gotcha\r\n", "Hello x & echo gotcha of 192.0.2.7, says the world.\r\n");
    hello("x | more\r\n", "Hello x | more of 192.0.2.7, says the world.\r\n");
    hello("\" & echo \"\r\n", "Hello \" & echo \" of 192.0.2.7, says the world.\r\n");
    hello("x > gotcha.txt\r\n", "Hello x > gotcha.txt of 192.0.2.7, says the world.\r\n");
    assert_int_equal(GetFileAttributesW(site_path(L"gotcha.txt")), INVALID_FILE_ATTRIBUTES);
    hello("%OS%\r\n", "Hello %OS% of 192.0.2.7, says the world.\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guess_is_a_dialogue),
        cmocka_unit_test(guess_counts_only_numbers),
        cmocka_unit_test(guess_ends_with_its_client),
        cmocka_unit_test(lines_keeps_every_byte),
        cmocka_unit_test(lines_answers_each_line_at_once),
        cmocka_unit_test(quote_says_one_line_and_ends),
        cmocka_unit_test(quote_picks_from_a_file),
        cmocka_unit_test(quote_needs_its_file),
        cmocka_unit_test(a_batch_file_is_a_handler),
        cmocka_unit_test(no_client_gives_commands_to_a_batch_file),
    };

    return cmocka_run_group_tests(tests, site_make, site_remove);
}
