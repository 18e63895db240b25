/* guess: a game. The client has to find a number. The model of a dialogue: ask, flush, read.

     guess          the number is between 1 and 100
     guess 1000     ... or up to another one */

#define _CRT_RAND_S /* for rand_s, which is random without a seed */

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned long highest = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned number = 0;
    unsigned guesses = 0;
    char line[80];

    if (highest < 1 || highest > 1000000)
        highest = 100;
    rand_s(&number);
    number = number % (unsigned)highest + 1;

    printf("I have a number between 1 and %lu.\n", highest);
    for (;;) {
        char *end;

        /* A question has no line end, and even a line would wait in the buffer. Without fflush the
           client sees nothing and answers nothing, and both wait for ever. */
        fputs("Your guess? ", stdout);
        if (fflush(stdout) != 0)
            return 1; /* the client is gone */

        if (fgets(line, sizeof line, stdin) == NULL)
            return 0; /* the client has had enough: the end of input, not an error */

        unsigned long guess = strtoul(line, &end, 10);
        if (end == line || (*end != '\n' && *end != '\0')) {
            puts("That is no number.");
            continue;
        }
        guesses++;
        if (guess == number)
            break;
        puts(guess < number ? "More." : "Less.");
    }
    printf("Right, after %u %s.\n", guesses, guesses == 1 ? "guess" : "guesses");
    return 0; /* leaving main flushes stdout and ends the connection */
}
