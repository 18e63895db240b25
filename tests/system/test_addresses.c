/* Where a service listens: IPv4, IPv6, every address, several ports, any free port. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

static void expect_answer(const char *address)
{
    SOCKET client = client_connect_to(address);

    client_say(client, "hello\n");
    client_expect(client, "HELLO\r\n");
    client_close(client);
}

static void port_0_is_a_free_port_that_the_log_tells(void **state)
{
    struct process *server =
        server_start("[service upper]\nport = 0\nserver = handlers\\upper.exe\n");

    (void)state;
    server_expect(server, "listen upper 127.0.0.1:* this machine only (bind=* serves the network)");
    assert_null(strstr(server_address(server, "upper", 0), ":0"));
    expect_answer(server_address(server, "upper", 0));
}

static void a_service_listens_on_ipv4_and_ipv6(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "bind = 127.0.0.1 ::1\n"
                                          "server = handlers\\upper.exe\n");

    (void)state;
    server_expect(server, "listen upper [::1]:");
    expect_answer(server_address(server, "upper", 0));
    expect_answer(server_address(server, "upper", 1));
    server_expect(server, "open upper#1 127.0.0.1:");
    server_expect(server, "open upper#2 [::1]:");
}

static void a_service_listens_on_several_ports(void **state)
{
    struct process *server = server_start("[service upper]\n"
                                          "port = 0\n"
                                          "bind = 127.0.0.1 127.0.0.2\n"
                                          "server = handlers\\upper.exe\n");
    char first[100];

    (void)state;
    snprintf(first, sizeof first, "%s", server_address(server, "upper", 0));
    assert_string_not_equal(first, server_address(server, "upper", 1));
    expect_answer(first);
    expect_answer(server_address(server, "upper", 1));
}

/* One socket for both, and who comes by IPv4 has an IPv4 address in the log and for the handler. */
static void a_star_is_every_address_of_both_kinds(void **state)
{
    struct process *server = server_start("[service env]\n"
                                          "port = 0\n"
                                          "bind = *\n"
                                          "server = handlers\\env.exe\n");
    char ipv6[100];

    (void)state;
    server_expect(server, "listen env *:* the network (the firewall must allow stdinetd.exe)");
    snprintf(ipv6, sizeof ipv6, "[::1]%s", strchr(server_address(server, "env", 0), ':'));
    SOCKET by_ipv4 = client_connect(server, "env");

    assert_true(text_has(client_rest(by_ipv4), "\nTCPREMOTEIP=127.0.0.1\r\n"));
    SOCKET by_ipv6 = client_connect_to(ipv6);
    assert_true(text_has(client_rest(by_ipv6), "\nTCPREMOTEIP=::1\r\n"));
    server_expect(server, "open env#1 127.0.0.1:");
    server_expect(server, "open env#2 [::1]:");
    client_close(by_ipv4);
    client_close(by_ipv6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYSTEM_TEST(port_0_is_a_free_port_that_the_log_tells),
        SYSTEM_TEST(a_service_listens_on_ipv4_and_ipv6),
        SYSTEM_TEST(a_service_listens_on_several_ports),
        SYSTEM_TEST(a_star_is_every_address_of_both_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
