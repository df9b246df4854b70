"""Only a path on this server is followed."""

import pytest

from server.web.addresses import local_path


@pytest.mark.parametrize("path", ["/", "/demo/console", "/demo/agenda?day=2#now"])
def test_our_own_paths_are_followed(path: str) -> None:
    assert local_path(path, "/home") == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "demo",
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "http://[",
        "//[",
        "/a\nb",
        "/é",
    ],
)
def test_anything_else_leads_home(text: str) -> None:
    assert local_path(text, "/home") == "/home"
