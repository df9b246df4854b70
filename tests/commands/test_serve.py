"""How the application is served."""

from server.commands.serve import web_config

NGINX_RESTS_S = 60
"""How long nginx keeps a connection to us that rests (`keepalive_timeout` of its upstream module)."""


def test_nginx_ends_a_connection_that_rests_before_we_do() -> None:
    """Else it would now and then send a request into one that we have just closed, and answer 502."""
    assert web_config(lambda: None).timeout_keep_alive > NGINX_RESTS_S
