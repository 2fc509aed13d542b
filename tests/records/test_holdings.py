"""No table that could name a person is left off the list of what is held of people."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import EmailField, Field, GenericIPAddressField, Model

from accounts.models import User
from records.selectors import HOLDINGS, NOT_SHOWN, NOTHING_PERSONAL, OnErasure

# Names under which a column may hold an address.
ADDRESS = re.compile(r"(^|_)(address|addresses|email|ip|phone|user_agent)($|_)")
LISTED = {holding.model for holding in HOLDINGS}
# Tables whose rows belong to one person each; what hangs on them belongs to that person as well.
OF_ONE_PERSON = {
    holding.model
    for holding in HOLDINGS
    if holding.on_erasure is not OnErasure.KEPT and holding.model is not User
} - {User}


def tables() -> list[type[Model]]:
    """Give every table of the site, those of other packages included."""
    return list(apps.get_models(include_auto_created=True))


def columns(model: type[Model]) -> "list[Field[Any, Any]]":
    """Give the columns of a table."""
    return list(model._meta.concrete_fields)


def links(model: type[Model], *targets: type[Model]) -> set[str]:
    """Give the columns of a table that lead to a person, or to what belongs to one."""
    return {field.name for field in columns(model) if field.related_model in {User, *targets}}


def could_name(model: type[Model]) -> bool:
    """Whether a table could name a person: by a link, or by an address."""
    return bool(links(model, *OF_ONE_PERSON)) or any(
        isinstance(field, (EmailField, GenericIPAddressField)) or ADDRESS.search(field.name)
        for field in columns(model)
    )


def unlisted(models: list[type[Model]]) -> Iterator[str]:
    """Give the tables that could name a person, and are on no list."""
    for model in models:
        if could_name(model) and model not in LISTED and model not in NOTHING_PERSONAL:
            yield model._meta.label


def test_every_table_that_could_name_a_person_is_on_the_list() -> None:
    assert list(unlisted(tables())) == []


def test_the_guard_would_find_any_table_that_was_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    for model, others in [(model, LISTED - {model}) for model in LISTED]:
        monkeypatch.setattr(f"{__name__}.LISTED", others)

        assert list(unlisted(tables())) == [model._meta.label]


def test_every_link_to_a_person_has_its_place_on_the_list(db: None) -> None:
    for model in tables():
        for link in links(model):
            asked = [holding for holding in HOLDINGS if holding.model is model and names(holding, link)]
            assert asked, f"{model._meta.label}.{link} is not asked for"


def names(holding: Any, link: str) -> bool:
    """Whether the rows of a holding are looked for by a link."""
    return f'"{link}_id" = 7' in str(holding.rows(User(pk=7, email="x")).query)


def test_every_column_of_what_is_held_is_shown_or_named_as_not_shown() -> None:
    shown: dict[type[Model], set[str]] = defaultdict(set)
    for holding in HOLDINGS:
        shown[holding.model] |= {path.partition("__")[0] for path in holding.shows}
    for model in LISTED - {holding.model for holding in HOLDINGS if holding.on_erasure is OnErasure.KEPT}:
        for field in columns(model):
            is_row = field.primary_key or field.related_model in {User, *OF_ONE_PERSON}
            is_shown = {field.name, field.attname} & shown[model]
            assert is_row or is_shown or f"{model._meta.label}.{field.name}" in NOT_SHOWN, field


def test_every_word_about_a_person_goes_where_their_row_stays() -> None:
    for holding in HOLDINGS:
        if isinstance(holding.on_erasure, OnErasure):
            continue
        kept = {field.name for field in columns(holding.model)} - set(holding.on_erasure)
        assert not {name for name in kept if ADDRESS.search(name)}, holding.name


def test_nothing_is_on_the_list_twice_under_one_name() -> None:
    assert len({holding.name for holding in HOLDINGS}) == len(HOLDINGS)
