/* env: lists its environment variables, among them who has connected to which address (TCPREMOTEIP,
   TCPLOCALPORT and so on: see README.md). For looking at what a handler is given. */

#include <stdio.h>

int main(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    for (char **variable = environment; *variable != NULL; variable++)
        puts(*variable);
    return 0;
}
