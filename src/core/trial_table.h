#ifndef STDINETD_CORE_TRIAL_TABLE_H
#define STDINETD_CORE_TRIAL_TABLE_H

#include "core/text_buffer.h"
#include "core/trial.h"

/* The findings of both ways side by side, with an empty line behind. A row in which neither has
   anything to say is left out. */
void trial_add_table(struct text_buffer *out, const struct trial trials[TRIAL_WAYS]);

/* An exit code as it is shown: "3", "0xC0000005". */
enum { TRIAL_EXIT_CODE_SIZE = sizeof "0xC0000005" };
void trial_exit_code(uint32_t code, char text[TRIAL_EXIT_CODE_SIZE]);

#endif
