/* quote: the quote of the day (RFC 865), one of many, and the end.

     quote                    one of the few below
     quote etc\quotes.txt     one of a file, where a line "%" stands between two quotes

   A handler has the current folder of its service, so a relative name is fine. */

#define _CRT_RAND_S /* for rand_s, which is random without a seed */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE_MAX 512 /* RFC 865: a quote should be shorter than this */

static const char *const quotes[] = {
    "Any sufficiently advanced port is indistinguishable from a program.\n",
    "Read what comes, write what is asked for, and flush.\n",
    "The wire knows no lines; it only looks that way from a distance.\n",
    "A buffer is a promise. fflush keeps it.\n",
};

/* From 0 to limit - 1. Every connection has a new process: rand() would begin at the same number
   each time, and srand(time(NULL)) gives all clients of one second the same. */
static unsigned random_below(unsigned limit)
{
    unsigned number = 0;

    rand_s(&number);
    return number % limit;
}

/* Picks among quotes whose number is not known before the end: the first is taken, the second
   replaces it in one case of two, the third in one of three, and so on. */
static void pick_from_file(FILE *file, char chosen[QUOTE_MAX])
{
    char quote[QUOTE_MAX] = "";
    char line[QUOTE_MAX];
    unsigned count = 0;
    int more = 1;

    while (more) {
        more = fgets(line, sizeof line, file) != NULL;
        if (more && strcmp(line, "%\n") != 0) {
            size_t length = strlen(quote);

            snprintf(quote + length, sizeof quote - length, "%s", line);
        } else if (quote[0] != '\0') {
            if (random_below(++count) == 0)
                memcpy(chosen, quote, QUOTE_MAX);
            quote[0] = '\0';
        }
    }
}

int main(int argc, char **argv)
{
    char chosen[QUOTE_MAX] = "";

    if (argc > 1) {
        FILE *file = fopen(argv[1], "r");

        if (file == NULL) {
            perror(argv[1]); /* to stderr: that is the server's log, not the client's screen */
            return 1;
        }
        pick_from_file(file, chosen);
        fclose(file);
        fputs(chosen, stdout);
    } else {
        fputs(quotes[random_below(sizeof quotes / sizeof quotes[0])], stdout);
    }
    return 0;
}
