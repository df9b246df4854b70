"""The engines are real, and come back after a test has killed them."""

from email.message import EmailMessage

import aiosmtplib
from playwright.async_api import Browser
from redis.asyncio import Redis as Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.engines.postgresql import PostgreSQL
from tests.engines.redis import Redis
from tests.engines.smtp import Mailbox


async def test_redis_answers_again_after_it_was_killed(redis: Redis) -> None:
    redis.kill()
    redis.start()
    async with Client.from_url(redis.url) as client:
        assert await client.ping()


async def test_postgresql_keeps_what_was_committed_before_it_was_killed(postgresql: PostgreSQL) -> None:
    engine = create_async_engine(postgresql.url("postgres").replace("://", "+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE kept AS SELECT 'before' AS said"))
    await engine.dispose()
    postgresql.kill()
    postgresql.start()
    async with engine.begin() as connection:
        assert await connection.scalar(text("SELECT said FROM kept")) == "before"
        await connection.execute(text("DROP TABLE kept"))
    await engine.dispose()


async def test_mail_arrives_as_it_was_written(smtp: Mailbox) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "olive@example.org", "amina@example.org", "Grüße 👏"
    message.set_content("See you at the stage.")
    host, port = smtp.address.split(":")
    await aiosmtplib.send(message, hostname=host, port=int(port), start_tls=False)
    [arrived] = await smtp.wait_for(1)
    assert arrived["Subject"] == "Grüße 👏"
    assert arrived.get_content().strip() == "See you at the stage."


async def test_the_browser_paints_a_page(chromium: Browser) -> None:
    async with await chromium.new_context() as context:
        page = await context.new_page()
        await page.set_content("<h1>Plenary</h1>")
        assert await page.get_by_role("heading").bounding_box()
