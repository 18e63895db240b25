#ifndef STDINETD_SERVER_WORKER_POOLS_H
#define STDINETD_SERVER_WORKER_POOLS_H

#include "server/worker.h"

struct server;

/* The workers of all services. */

/* A message of the job that has this key. */
void worker_pools_job_message(struct server *server, uint64_t number, DWORD message, DWORD pid);

/* Once a second: what the time has brought, and what got lost. */
void worker_pools_sweep(struct server *server);

/* As worker_pool_retire. */
void worker_pools_retire(struct server *server);

/* As worker_pool_end. */
void worker_pools_end(struct server *server, uint64_t longest_ms);

bool worker_pools_are_open(struct server *server);

#endif
