/* upper: answers every line in capitals. The model of a handler that speaks in lines of text. */

#include <ctype.h>
#include <stdio.h>

int main(void)
{
    char line[1024]; /* a longer line simply comes in pieces */

    /* fgets returns NULL when the client has said all it wants to say: the end of input. */
    while (fgets(line, sizeof line, stdin) != NULL) {
        for (char *letter = line; *letter != '\0'; letter++)
            *letter = (char)toupper((unsigned char)*letter);
        fputs(line, stdout);

        /* stdout is a connection, not a screen: the answer waits in the C library's buffer until it
           is flushed. A failure means that the client is gone. */
        if (fflush(stdout) != 0)
            return 1;
    }
    return 0;
}
