#include "try_questions.h"

#include "windows/clock.h"

#include <stdlib.h>
#include <string.h>

/* How long a question may take. A program's first visit, whose end of input comes at once, tells
   how slow it is: what is waited for in vain later need not take longer than that. */
enum {
    FIRST_MS = 5000,
    FIRST_QUIET_MS = 2000, /* for one that has said something and goes on */
    SHORTEST_SETTLE_MS = 500,
    SPEAKER_SETTLE_MS = 1500, /* for one that may speak before it is asked */
    LONGEST_SETTLE_MS = 3000,
    SHORTEST_PATIENCE_MS = 2000,
    LONGEST_PATIENCE_MS = 5000,
    LATE_MS = 1500,
    GREETING_MS = 1000,
    LAST_WORDS_MS = 2000
};

static const char hello[] = "hello\r\n";
static const char and_you[] = "and you?\r\n";
static const char goodbye[] = "goodbye\r\n";

struct questions {
    const struct visit_program *program;
    enum stdio stdio;
    struct trial *trial;
    unsigned settle_ms;   /* after which a program that waits for its client has begun to */
    unsigned patience_ms; /* after which no answer comes any more */
    struct visit visit;
    struct error *error; /* why nothing can be tried */
    bool has_failed;
};

static unsigned between(uint64_t ms, unsigned least, unsigned most)
{
    return ms < least ? least : (ms > most ? most : (unsigned)ms);
}

static bool begin(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;
    struct error error;

    enum visit_start start =
        visit_begin(visit, questions->program, questions->stdio, trial, &error);
    if (start == VISIT_FAILED) {
        questions->has_failed = true;
        *questions->error = error;
    } else if (start == VISIT_REFUSED && !trial->began) {
        trial->failure = error;
    }
    if (start != VISIT_BEGUN)
        return false;
    uint64_t start_us = visit->log.opened_us;
    if (!trial->began || start_us < trial->start_us)
        trial->start_us = start_us;
    trial->began = true;
    return true;
}

/* The fastest of all visits, since the first one may have had to read the program from the disk. */
static void note_first_byte(struct questions *questions)
{
    struct trial *trial = questions->trial;

    trial->spoke = trial->spoke || questions->visit.count > 0;
    if (questions->visit.first_byte_us < trial->first_byte_us)
        trial->first_byte_us = questions->visit.first_byte_us;
}

/* --- 1: does it start, and what does it do with no input at all? */

static void learn_pace(struct questions *questions, bool ended, uint64_t took_us)
{
    const struct visit *visit = &questions->visit;
    uint64_t us = ended ? took_us : (visit->count > 0 ? visit->first_byte_us : 500000);

    questions->settle_ms =
        between(2 * us / 1000 + 200, visit->count > 0 ? SPEAKER_SETTLE_MS : SHORTEST_SETTLE_MS,
                LONGEST_SETTLE_MS);
    questions->patience_ms =
        between(3 * us / 1000 + 1000, SHORTEST_PATIENCE_MS, LONGEST_PATIENCE_MS);
}

static void ask_without_input(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;

    if (begin(questions)) {
        visit_end_sending(visit);
        if (visit_hear(visit, 0, FIRST_MS))
            visit_hear_end(visit, FIRST_QUIET_MS);
        bool ended = visit->has_ended;
        uint64_t took_us = clock_us_since(visit->connected_ticks);
        visit_hang_up(visit);
        if (ended && visit_wait_exit(visit, LAST_WORDS_MS, &trial->exit_code))
            trial->exit = TRIAL_EXIT_AT_END;
        note_first_byte(questions);
        learn_pace(questions, ended, took_us);
    }
    visit_end(visit);
}

/* --- 2: does it speak first, does it answer, does it see the end of its input? */

/* Whether what came is the line and nothing else, but for what may stand in front of it. */
static bool is_echo(const char *answer, size_t length, const char *line)
{
    size_t bare = strcspn(line, "\r\n");

    while (length > 0 && (answer[length - 1] == '\n' || answer[length - 1] == '\r'))
        length--;
    return length >= bare && memcmp(answer + length - bare, line, bare) == 0;
}

static const char *received_since(const struct visit *visit, uint64_t mark, size_t *length)
{
    size_t from = mark < visit->received.length ? (size_t)mark : visit->received.length;

    *length = visit->received.length - from;
    return visit->received.text == NULL ? "" : visit->received.text + from;
}

static void hear_greeting(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;
    size_t length;

    trial->greeted = visit_hear(visit, 0, questions->settle_ms);
    if (!trial->greeted)
        return;
    if (!visit_hear_pause(visit, GREETING_MS))
        trial->answer = TRIAL_ANSWER_UNTOLD;
    const char *text = received_since(visit, 0, &length);
    trial_sample(trial->greeting, text, length);
    note_first_byte(questions);
}

static bool say(struct visit *visit, const char *line)
{
    return visit_send(visit, line, strlen(line), SHORTEST_PATIENCE_MS);
}

/* One answer can come by chance: where its read and its write race, or from one that looks for this
   line or takes no other. */
static void hear_another(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;
    uint64_t mark = visit->count;
    size_t length;

    say(visit, and_you);
    if (visit_hear(visit, mark, questions->patience_ms)) {
        visit_hear_pause(visit, GREETING_MS);
        const char *text = received_since(visit, mark, &length);
        trial->echoes = trial->echoes && is_echo(text, length, and_you);
    } else {
        trial->echoes = false;
        if (!visit->has_ended)
            trial->answer = TRIAL_ANSWER_ONCE;
    }
}

static void hear_answer(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;
    uint64_t mark = visit->count;
    int64_t ticks = clock_ticks();
    size_t length;

    if (trial->answer == TRIAL_ANSWER_UNTOLD)
        return;
    trial->answer = TRIAL_ANSWER_NONE;
    say(visit, hello);
    if (visit_hear(visit, mark, questions->patience_ms)) {
        trial->answer = TRIAL_ANSWER_PROMPT;
        trial->answer_us = clock_us_since(ticks);
    } else if (!visit->has_ended) {
        say(visit, and_you);
        if (visit_hear(visit, mark, LATE_MS))
            trial->answer = TRIAL_ANSWER_LATE;
    }
    visit_hear_pause(visit, GREETING_MS);
    const char *text = received_since(visit, mark, &length);
    trial_sample(trial->reply, text, length);
    trial->echoes = trial->answer == TRIAL_ANSWER_PROMPT && is_echo(text, length, hello);
    if (trial->answer == TRIAL_ANSWER_PROMPT)
        hear_another(questions);
}

/* The last line and the end of input come together: what it is still to answer must arrive. */
static void end_input(struct questions *questions)
{
    struct trial *trial = questions->trial;
    struct visit *visit = &questions->visit;
    uint64_t mark = visit->count;
    int64_t ticks = clock_ticks();
    size_t length;

    say(visit, goodbye);
    visit_end_sending(visit);
    if (visit_hear(visit, mark, questions->patience_ms) && trial->answer == TRIAL_ANSWER_NONE) {
        trial->answer = TRIAL_ANSWER_AT_END;
        trial->answer_us = clock_us_since(ticks);
    }
    visit_hear_end(visit, questions->patience_ms);
    const char *text = received_since(visit, mark, &length);
    if (trial->answer == TRIAL_ANSWER_AT_END)
        trial_sample(trial->reply, text, length);
    if (trial->echoes)
        trial->whole = is_echo(text, length, goodbye) ? TRIAL_YES : TRIAL_NO;
    else if (length > 0)
        trial->whole = TRIAL_YES;
    trial->sees_end = visit->has_ended ? TRIAL_YES : TRIAL_NO;
}

static void note_exit(struct questions *questions, enum trial_exit when)
{
    struct trial *trial = questions->trial;
    uint32_t exit_code;

    visit_hang_up(&questions->visit);
    trial->exit = TRIAL_EXIT_NEVER;
    if (visit_wait_exit(&questions->visit, LAST_WORDS_MS, &exit_code)) {
        trial->exit = when;
        trial->exit_code = exit_code;
    }
}

static void see_it_leave(struct questions *questions)
{
    struct trial *trial = questions->trial;
    uint32_t ignored;

    visit_vanish(&questions->visit);
    trial->leaves =
        visit_wait_exit(&questions->visit, questions->patience_ms, &ignored) ? TRIAL_YES : TRIAL_NO;
}

static void talk(struct questions *questions)
{
    struct visit *visit = &questions->visit;

    hear_greeting(questions);
    if (visit->has_ended) {
        note_exit(questions, TRIAL_EXIT_UNASKED);
        return;
    }
    hear_answer(questions);
    if (visit->has_ended) {
        note_exit(questions, TRIAL_EXIT_AFTER_LINE);
        return;
    }
    end_input(questions);
    questions->trial->spoke = questions->trial->spoke || visit->count > 0;
    if (visit->has_ended)
        note_exit(questions, TRIAL_EXIT_AT_END);
    else
        questions->trial->exit = TRIAL_EXIT_NEVER;
}

static void ask_in_a_dialogue(struct questions *questions)
{
    if (begin(questions))
        talk(questions);
    questions->trial->spoke = questions->trial->spoke || questions->visit.count > 0;
    visit_end(&questions->visit);
}

/* --- 3 and 4: what comes back of every byte, and of many lines? */

/* Sends it all and takes what comes: to the end, or until one that does not end pauses; but who has
   said something before may take as long as it does to begin. */
static void exchange(struct questions *questions, const char *bytes, size_t size)
{
    struct visit *visit = &questions->visit;

    visit_send(visit, bytes, size, LONGEST_PATIENCE_MS);
    visit_end_sending(visit);
    if (questions->trial->sees_end == TRIAL_YES)
        visit_hear_end(visit, LONGEST_PATIENCE_MS);
    else if (!questions->trial->spoke || visit_hear(visit, 0, questions->patience_ms))
        visit_hear_pause(visit, LONGEST_PATIENCE_MS);
    note_first_byte(questions);
}

static void ask_for_every_byte(struct questions *questions)
{
    size_t size;
    char *bytes = trial_bytes_sent(&size);

    if (begin(questions)) {
        exchange(questions, bytes, size);
        size_t length;
        const char *text = received_since(&questions->visit, 0, &length);
        trial_bytes_judge(&questions->trial->bytes, text, length);
    }
    visit_end(&questions->visit);
    free(bytes);
}

static void ask_for_many_lines(struct questions *questions)
{
    struct trial *trial = questions->trial;
    size_t size;
    char *lines = trial_lines_sent(&size);

    if (begin(questions)) {
        exchange(questions, lines, size);
        size_t length;
        const char *text = received_since(&questions->visit, 0, &length);
        trial->lines_found = trial_lines_found(text, length);
        trial->many = trial->lines_found == TRIAL_MANY_LINES ? TRIAL_YES : TRIAL_NO;
    }
    visit_end(&questions->visit);
    free(lines);
}

/* --- 5: does it end when its client vanishes? */

static void ask_by_vanishing(struct questions *questions)
{
    struct visit *visit = &questions->visit;

    if (begin(questions)) {
        if (questions->trial->answer >= TRIAL_ANSWER_ONCE && !questions->trial->greeted &&
            say(visit, hello)) {
            visit_hear(visit, 0, questions->patience_ms);
            note_first_byte(questions);
        } else {
            visit_hear_end(visit, questions->settle_ms);
        }
        if (!visit->has_ended)
            see_it_leave(questions);
    }
    visit_end(visit);
}

bool try_ask(const struct visit_program *program, enum stdio stdio, struct trial *trial,
             struct error *error)
{
    struct questions questions = {
        .program = program, .stdio = stdio, .trial = trial, .error = error};

    trial->first_byte_us = TRIAL_NEVER;
    ask_without_input(&questions);
    if (trial->began)
        ask_in_a_dialogue(&questions);
    if (trial->echoes) {
        ask_for_every_byte(&questions);
        ask_for_many_lines(&questions);
    }
    if (trial->began && trial->exit != TRIAL_EXIT_UNASKED)
        ask_by_vanishing(&questions);
    return !questions.has_failed;
}
