#ifndef STDINETD_WINDOWS_STACK_H
#define STDINETD_WINDOWS_STACK_H

/* Gives back what the calling thread's stack has been using below the caller: for a thread's start,
   before it goes round for good. Wine 8 fills all of a new thread's megabyte with zeros, and every
   CreateProcess copies what is in memory (fork); on Windows a stack takes memory as it grows, and
   there is hardly anything to give back. What is in use stays, and the stack can grow again.
   https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc (MEM_RESET) */
void stack_trim(void);

#endif
