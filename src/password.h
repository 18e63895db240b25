#ifndef STDINETD_PASSWORD_H
#define STDINETD_PASSWORD_H

/* The command "password NAME": asks for the password of an account, in a console without showing
   it, else by reading a line of stdin, and stores it for the option user. An empty one is refused.
   Returns the exit code. */
int password_command(const char *account);

#endif
