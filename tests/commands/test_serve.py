"""The settings of the web server."""

from server.commands.serve import web_config
from server.settings import Settings

NGINX_RESTS_S = 60
"""Seconds for which nginx keeps an idle connection to us (`keepalive_timeout` of its upstream module)."""


def test_nginx_closes_an_idle_connection_before_we_do() -> None:
    """Otherwise nginx would now and then send a request into a connection that we have just closed, and answer 502."""
    assert web_config(lambda: None, Settings()).timeout_keep_alive > NGINX_RESTS_S
