"""A resource of the console: a list of rows, and one form that adds and changes them. It knows no row of its own."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event
from server.web.entrance import entering
from server.web.errors import NotFound
from server.web.forms import Form, FormState, blank, read_form
from server.web.templating import redirect, render

Row = TypeVar("Row")
Input = TypeVar("Input", bound=Form)


class Resource(ABC, Generic[Row, Input]):
    """The pages of one kind of row that organisers list, add, change and delete.

    A subclass names the rows, and reads and writes them. Its template `index.html` gets the `rows` of the list;
    `edit.html` gets the `form`, its `row` (None for one that is not there yet) and what `beside` adds.
    """

    one: ClassVar[str]
    """The word for one row: in its addresses' names and path, and in sentences."""
    many: ClassVar[str]
    """The name of the list's address."""
    templates: ClassVar[str]
    """The folder of the two templates."""
    action: ClassVar[str]
    """The permission that all of its pages ask for."""
    form: type[Input]

    async def index(self, request: Request) -> Response:
        async with entering(request, self.action) as (db, event):
            rows = await self.rows_of(db, event)
        return render(request, f"{self.templates}/index.html", rows=rows)

    async def new(self, request: Request) -> Response:
        async with entering(request, self.action) as (db, event):
            return await self._page(request, db, event, None, blank(self.form))

    async def create(self, request: Request) -> Response:
        form = await read_form(request, self.form)
        async with entering(request, self.action, writing=True) as (db, event):
            form = await self._checked(db, event, None, form)
            if form.input is None:
                return await self._page(request, db, event, None, form, 422)
            await self.add(db, event, form.input)
        return redirect(request, self.many, event=event.slug, notice="saved")

    async def edit(self, request: Request) -> Response:
        async with entering(request, self.action) as (db, event):
            row = await self.row_of(request, db, event)
            return await self._page(request, db, event, row, FormState(await self.values_of(db, row)))

    async def update(self, request: Request) -> Response:
        form = await read_form(request, self.form)
        async with entering(request, self.action, writing=True) as (db, event):
            row = await self.row_of(request, db, event)
            form = await self._checked(db, event, row, form)
            if form.input is None:
                return await self._page(request, db, event, row, form, 422)
            await self.change(db, row, form.input)
        return redirect(request, self.many, event=event.slug, notice="saved")

    async def destroy(self, request: Request) -> Response:
        async with entering(request, self.action, writing=True) as (db, event):
            await self.remove(db, await self.row_of(request, db, event))
        return redirect(request, self.many, event=event.slug, notice="deleted")

    async def row_of(self, request: Request, db: AsyncSession, event: Event) -> Row:
        """The row that the address names. Raises NotFound."""
        row = await self.row_with(db, event, request.path_params[self.one])
        if row is None:
            raise NotFound(f"There is no such {self.one} (any more).")
        return row

    async def _checked(
        self, db: AsyncSession, event: Event, row: Row | None, form: FormState[Input]
    ) -> FormState[Input]:
        return form if form.input is None else form.with_errors(await self.problems(db, event, row, form.input))

    async def _page(
        self,
        request: Request,
        db: AsyncSession,
        event: Event,
        row: Row | None,
        form: FormState[Input],
        status_code: int = 200,
    ) -> Response:
        beside = await self.beside(db, event, row)
        return render(request, f"{self.templates}/edit.html", status_code=status_code, form=form, row=row, **beside)

    @abstractmethod
    async def rows_of(self, db: AsyncSession, event: Event) -> Sequence[Any]:
        """The rows as the list shows them."""

    @abstractmethod
    async def row_with(self, db: AsyncSession, event: Event, row_id: uuid.UUID) -> Row | None:
        """The event's row with this id."""

    @abstractmethod
    async def values_of(self, db: AsyncSession, row: Row) -> dict[str, Any]:
        """A row's values, as its form shows them."""

    @abstractmethod
    async def add(self, db: AsyncSession, event: Event, typed: Input) -> None: ...

    @abstractmethod
    async def change(self, db: AsyncSession, row: Row, typed: Input) -> None: ...

    @abstractmethod
    async def remove(self, db: AsyncSession, row: Row) -> None:
        """Delete a row. Raises Conflict for one that has to stay."""

    async def problems(self, db: AsyncSession, event: Event, row: Row | None, typed: Input) -> dict[str, str]:
        """Errors in valid input that only the database can tell, by field; `row` is None for one to be added."""
        return {}

    async def beside(self, db: AsyncSession, event: Event, row: Row | None) -> dict[str, Any]:
        """Further context of the form's template."""
        return {}
