#ifndef STDINETD_TESTS_SYSTEM_FOLDER_H
#define STDINETD_TESTS_SYSTEM_FOLDER_H

/* The folders of a test: one that is empty and its own, and the build's with bin, handlers, etc,
   tests. Paths are UTF-8 without a closing backslash. */

/* Makes the test's own folder; removes it with all that is in it. */
void folder_make(void);
void folder_remove(void);

const char *folder_own(void);
const char *folder_build(void);

/* All in the test's own folder, by a name relative to it; a missing folder is made. */
void folder_write(const char *name, const char *text);
void folder_copy(const char *from, const char *name); /* from: relative to the build folder */
void folder_delete(const char *name);

#endif
