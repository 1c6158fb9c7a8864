"""A page's address: what is chosen on it, read from and written to the URL.

A selection is a frozen dataclass whose fields have a plain type: ``str``, ``int``, ``bool``,
``date``, a ``Literal``, a tuple of ``str``, or one of these or ``None``. Its fields are the URL's
parameters, so every view is a link, and nothing that is as by default is written.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Generic, Literal, TypeVar, Union, cast, get_args, get_origin
from typing import get_type_hints as type_hints

import streamlit as st

from dashboard.language import Words

S = TypeVar("S")

_CARRIED: Final = "carried"
_SEPARATOR: Final = ","
_FLAGS: Final = {"1": True, "0": False}


def from_query(kind: type[S], query: Mapping[str, str]) -> tuple[S, list[str]]:
    """Read a selection from a URL's parameters.

    Parameters
    ----------
    kind
        A dataclass with a default for each field.
    query
        Parameters by name; others than the fields are not looked at.

    Returns
    -------
    selection
        What the URL asks for.
    misread
        Fields that are not understood; the selection has its default there.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Selection:
    ...     measure: Literal["rate", "count"] = "rate"
    ...     places: tuple[str, ...] = ()
    >>> from_query(Selection, {"measure": "speed", "places": "05001,05002"})
    (Selection(measure='rate', places=('05001', '05002')), ['measure'])
    """
    values: dict[str, Any] = {}
    misread = []
    for name, hint in _hints(cast("Hashable", kind)).items():
        if name not in query:
            continue
        try:
            values[name] = _read(hint, query[name])
        except ValueError:
            misread.append(name)
    return kind(**values), misread


def to_query(selection: Any) -> dict[str, str]:  # noqa: ANN401 - any dataclass
    """Write a selection as a URL's parameters, without what is as by default.

    Parameters
    ----------
    selection
        As `from_query` gives it.
    """
    query = {}
    for field in fields(selection):
        value = getattr(selection, field.name)
        if value is not None and value != field.default:
            query[field.name] = _written(value)
    return query


def _as_chosen(told: Mapping[str, str], since: Mapping[str, str]) -> Mapping[str, str]:
    return {**told, **since}


@dataclass(frozen=True)
class Address(Generic[S]):
    """The selection of one page, in the session and in the URL.

    The URL is right where somebody else wrote it: an opened link, or a link of another page. What
    is chosen on the page itself is written there by `write`.

    Attributes
    ----------
    page
        Name of the page, unique.
    kind
        Its selection.
    moved
        The parameters here once another series or place was chosen on other pages.
    """

    page: str
    kind: type[S]
    moved: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] = _as_chosen

    def read(self) -> tuple[S, list[str]]:
        """What is chosen, and which of the URL's parameters are not understood."""
        query = st.query_params.to_dict()
        is_as_written = query == st.session_state.get(self._written_key)
        # What was just chosen here counts, though the browser's address may be a choice behind.
        is_chosen = st.session_state.pop(self._chosen_key, False)
        if (is_chosen or is_as_written) and self._key in st.session_state:
            return cast("S", st.session_state[self._key]), []
        selection, misread = self._returned(query) or from_query(self.kind, query)
        st.session_state[self._key] = selection
        return selection, misread

    def _returned(self, query: Mapping[str, str]) -> tuple[S, list[str]] | None:
        """What was chosen here, for who comes by the menu, with the series and place since then."""
        if set(query) - {"lang"}:
            return None
        carried = st.session_state.get(_CARRIED, {})
        if self._key not in st.session_state:
            return from_query(self.kind, carried)
        known = st.session_state.get(self._carried_key, {})
        since = {name: value for name, value in carried.items() if value != known.get(name)}
        told = to_query(st.session_state[self._key])
        return from_query(self.kind, self.moved(told, since) if since else told)

    def choose(self, **values: Any) -> None:  # noqa: ANN401 - as the fields of the selection
        """Change some fields, as a widget's callback does before the page is written anew."""
        st.session_state[self._key] = replace(st.session_state[self._key], **values)
        st.session_state[self._chosen_key] = True

    def bound(self, field: str, selection: S) -> dict[str, Any]:
        """Arguments that bind a widget to a field of the selection, both ways."""
        key = f"{self.page}.{field}"
        st.session_state[key] = getattr(selection, field)
        return {"key": key, "on_change": self._take, "args": (field,)}

    def write(self, selection: S, words: Words) -> None:
        """Put what is shown, bent to what exists, in the URL and in the session."""
        query = {**to_query(selection), "lang": words.code}
        st.session_state[self._key] = selection
        st.session_state[self._written_key] = query
        kept = {name: query[name] for name in ("series", "place") if name in query}
        carried = {**st.session_state.get(_CARRIED, {}), **kept}
        st.session_state[_CARRIED] = st.session_state[self._carried_key] = carried
        if st.query_params.to_dict() != query:
            st.query_params.from_dict(query)

    def _take(self, field: str) -> None:
        value = st.session_state[f"{self.page}.{field}"]
        self.choose(**{field: tuple(value) if isinstance(value, list) else value})

    @property
    def _key(self) -> str:
        return f"{self.page}.selection"

    @property
    def _written_key(self) -> str:
        return f"{self.page}.written"

    @property
    def _carried_key(self) -> str:
        return f"{self.page}.carried"

    @property
    def _chosen_key(self) -> str:
        return f"{self.page}.is_chosen"


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return type_hints(kind)


def _read(hint: Any, text: str) -> Any:  # noqa: ANN401 - what the hint says
    """A parameter as a field's type holds it; ValueError if it is none."""
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(filter(None, text.split(_SEPARATOR)))
    if get_origin(hint) is Literal:
        known = {str(one): one for one in get_args(hint)}
    elif hint is bool:
        known = dict(_FLAGS)
    else:
        return _day(text) if hint is date else hint(text)
    if text not in known:
        message = f"{text!r} is none of {', '.join(known)}"
        raise ValueError(message)
    return known[text]


def _day(text: str) -> date:
    return date.fromisoformat(f"{text}-01-01"[:10])


def _written(value: Any) -> str:  # noqa: ANN401 - a field of a selection
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        # The first day of a month stands for the month, as everywhere in the atlas.
        return value.isoformat()[: 7 if value.day == 1 else 10]
    return _SEPARATOR.join(value) if isinstance(value, tuple) else str(value)
