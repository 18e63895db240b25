#include "password.h"

#include "windows/password_input.h"
#include "windows/secret.h"
#include "words.h"

#include <stdio.h>

int password_command(const char *account)
{
    struct error error;
    wchar_t *password = password_ask(account, true, &error);
    int exit_code = EXIT_DONE;

    if (password == NULL) {
        fprintf(stderr, "stdinetd: %s; nothing is stored\n", error.text);
        return EXIT_WRONG_USE;
    }
    if (!secret_store(account, password, &error)) {
        fprintf(stderr, "stdinetd: the password of %s cannot be stored: %s\n", account, error.text);
        exit_code = EXIT_FAILED;
    } else {
        fprintf(stderr, "stored; the server takes it when it next starts\n");
    }
    password_forget(password);
    return exit_code;
}
