#include "server/rights.h"

#include "core/ascii.h"
#include "windows/protect.h"
#include "windows/token.h"

/* The account to log on; NULL where it is the server's own. As LocalSystem a handler could do
   whatever it likes, so that must be asked for by name. */
static const char *account_of(const struct service *service, bool local_system)
{
    if (service->user == NULL)
        return local_system ? "LocalService" : NULL;
    return local_system && ascii_compare(service->user, "LocalSystem") == 0 ? NULL : service->user;
}

static struct token_restriction restriction_of(const struct service *service)
{
    static const DWORD levels[] = {[INTEGRITY_KEEP] = 0,
                                   [INTEGRITY_MEDIUM] = SECURITY_MANDATORY_MEDIUM_RID,
                                   [INTEGRITY_LOW] = SECURITY_MANDATORY_LOW_RID};
    bool drop = service->privileges == PRIVILEGES_DROP ||
                (service->privileges == PRIVILEGES_AUTO && token_is_administrator());

    return (struct token_restriction){.drop = drop, .integrity = levels[service->integrity]};
}

bool rights_open(struct rights *rights, const struct service *service, struct error *error)
{
    bool local_system = token_is_local_system();
    const char *account = account_of(service, local_system);
    struct token_restriction restriction = restriction_of(service);

    if (account != NULL && !local_system)
        return error_set(error,
                         "user = %s needs a server that runs as LocalSystem, which this one does "
                         "not",
                         account);
    if (account != NULL && !logon_open(&rights->logon, account, error))
        return error_prefix(error, "user = %s", account);
    if (account == NULL && !restriction.drop && restriction.integrity == 0)
        return true;
    if (restriction.drop && !protect_own_process(error))
        return false;
    rights->token = token_restrict(rights->logon.token, &restriction, error);
    return rights->token != NULL;
}

void rights_close(struct rights *rights)
{
    if (rights->token != NULL)
        CloseHandle(rights->token);
    logon_close(&rights->logon);
    *rights = (struct rights){0};
}
