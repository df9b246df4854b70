"""Stylesheets, scripts and libraries, and how long a browser may keep them."""

import re

import httpx
import pytest

from server.web import assets


async def test_a_file_asked_for_by_its_digest_is_kept_for_good(client: httpx.AsyncClient) -> None:
    answer = await client.get(assets.address("css/app.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    stale = await client.get("/static/css/app.css?v=000000000000")
    assert stale.headers["cache-control"] == "no-cache"
    again = await client.get("/static/css/app.css", headers={"if-none-match": stale.headers["etag"]})
    assert again.status_code == 304


async def test_a_stylesheet_arrives_with_all_it_imports(client: httpx.AsyncClient) -> None:
    text = (await client.get("/static/css/app.css")).text
    assert "--ground" in text
    assert "@import" not in text


@pytest.mark.parametrize("path", ["../pyproject.toml", "css/../../pyproject.toml", "npm/../pyproject.toml", "js"])
async def test_nothing_outside_the_static_folder_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/static/{path.replace('..', '%2e%2e')}")).status_code == 404


def test_every_module_and_library_has_an_address_in_the_import_map() -> None:
    text = str(assets.import_map("abc"))
    assert 'nonce="abc"' in text
    assert re.search(r'"/static/js/app.js": "/static/js/app.js\?v=[0-9a-f]{12}"', text)
    assert '"hls.js": "/static/npm/hls.js/dist/hls.min.mjs?v=' in text


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in assets.icon("calendar")


def test_what_every_page_runs_is_fetched_at_once_with_all_that_it_imports() -> None:
    text = str(assets.preloads())
    for name in ("app.js", "live.js", "helpers/connection.js", "models/backoff.js"):
        assert re.search(rf'<link rel="modulepreload" href="/static/js/{name}\?v=[0-9a-f]{{12}}">', text)
    assert "behaviours/" not in text
