#include "server/spawner.h"

#include "core/memory.h"
#include "windows/stack.h"
#include "windows/text.h"

#include <stdlib.h>

enum { STACK_SIZE = 256 * 1024 };

struct queue {
    struct spawn_task *first;
    struct spawn_task **end;
};

struct spawner {
    struct loop *loop;
    struct operation wake;
    HANDLE *threads;
    size_t thread_count;

    SRWLOCK lock; /* everything below */
    CONDITION_VARIABLE submitted;
    struct queue waiting, later, finished;
    size_t later_running; /* tasks that can wait, and are being run */
    bool stopping;
};

static void queue_put(struct queue *queue, struct spawn_task *task)
{
    task->next = NULL;
    *queue->end = task;
    queue->end = &task->next;
}

static struct spawn_task *queue_take_all(struct queue *queue)
{
    struct spawn_task *first = queue->first;

    queue->first = NULL;
    queue->end = &queue->first;
    return first;
}

static struct spawn_task *queue_take(struct queue *queue)
{
    struct spawn_task *task = queue->first;

    queue->first = task->next;
    if (task->next == NULL)
        queue->end = &queue->first;
    return task;
}

/* What is to be run now, or NULL. */
static struct queue *next_queue(struct spawner *spawner)
{
    if (spawner->waiting.first != NULL)
        return &spawner->waiting;
    if (spawner->later.first == NULL)
        return NULL;
    size_t most = spawner->thread_count > 1 ? spawner->thread_count - 1 : 1;
    return spawner->later_running < most ? &spawner->later : NULL;
}

static struct spawn_task *next_task(struct spawner *spawner)
{
    struct spawn_task *task = NULL;
    struct queue *queue;

    AcquireSRWLockExclusive(&spawner->lock);
    while ((queue = next_queue(spawner)) == NULL && !spawner->stopping)
        SleepConditionVariableSRW(&spawner->submitted, &spawner->lock, INFINITE, 0);
    if (!spawner->stopping) {
        task = queue_take(queue);
        if (task->can_wait)
            spawner->later_running++;
    }
    ReleaseSRWLockExclusive(&spawner->lock);
    return task;
}

static DWORD WINAPI run_tasks(void *parameter)
{
    struct spawner *spawner = parameter;
    struct spawn_task *task;

    stack_trim();
    while ((task = next_task(spawner)) != NULL) {
        task->run(task);
        AcquireSRWLockExclusive(&spawner->lock);
        if (task->can_wait)
            spawner->later_running--;
        bool first = spawner->finished.first == NULL;
        queue_put(&spawner->finished, task);
        ReleaseSRWLockExclusive(&spawner->lock);
        if (first) /* else a wake-up is already under way */
            loop_post(spawner->loop, &spawner->wake);
    }
    return 0;
}

void spawner_collect(struct spawner *spawner)
{
    AcquireSRWLockExclusive(&spawner->lock);
    struct spawn_task *task = queue_take_all(&spawner->finished);
    ReleaseSRWLockExclusive(&spawner->lock);
    while (task != NULL) {
        struct spawn_task *next = task->next;

        task->done(task);
        task = next;
    }
}

static void wake(struct operation *operation, DWORD bytes)
{
    (void)bytes;
    spawner_collect(CONTAINER(operation, struct spawner, wake));
}

struct spawner *spawner_start(struct loop *loop, size_t threads, struct error *error)
{
    struct spawner *spawner = memory_zeroed(1, sizeof *spawner);

    spawner->loop = loop;
    spawner->wake.complete = wake;
    spawner->threads = memory_zeroed(threads, sizeof *spawner->threads);
    InitializeSRWLock(&spawner->lock);
    InitializeConditionVariable(&spawner->submitted);
    queue_take_all(&spawner->waiting);
    queue_take_all(&spawner->later);
    queue_take_all(&spawner->finished);
    for (size_t i = 0; i < threads; i++) {
        HANDLE thread = CreateThread(NULL, STACK_SIZE, run_tasks, spawner,
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        if (thread == NULL) {
            error_windows(error, "CreateThread for spawn thread %zu of %zu", i + 1, threads);
            spawner_stop(spawner);
            return NULL;
        }
        spawner->threads[spawner->thread_count++] = thread;
    }
    return spawner;
}

static void submit(struct spawner *spawner, struct queue *queue, struct spawn_task *task)
{
    AcquireSRWLockExclusive(&spawner->lock);
    queue_put(queue, task);
    ReleaseSRWLockExclusive(&spawner->lock);
    WakeConditionVariable(&spawner->submitted);
}

void spawner_submit(struct spawner *spawner, struct spawn_task *task)
{
    submit(spawner, &spawner->waiting, task);
}

void spawner_submit_later(struct spawner *spawner, struct spawn_task *task)
{
    task->can_wait = true;
    submit(spawner, &spawner->later, task);
}

void spawner_stop(struct spawner *spawner)
{
    AcquireSRWLockExclusive(&spawner->lock);
    spawner->stopping = true;
    ReleaseSRWLockExclusive(&spawner->lock);
    WakeAllConditionVariable(&spawner->submitted);
    for (size_t i = 0; i < spawner->thread_count; i++) {
        WaitForSingleObject(spawner->threads[i], INFINITE);
        CloseHandle(spawner->threads[i]);
    }
    free(spawner->threads);
    free(spawner);
}
