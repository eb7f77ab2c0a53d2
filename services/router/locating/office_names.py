"""How people name a unit: "bureau de Longueuil", "CLE d’Ahuntsic", "the Longueuil office"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.router.locating.folding import match_key
from services.router.locating.names import Meaning, Name
from shared.domain.unit import Unit

_OFFICE = "bureau de services quebec "
_CENTRE = "centre local d emploi "
_REGIONAL = "direction regionale de services quebec "
#: What else an office is called, today and by its name of before the offices were renamed.
_TODAY = (
    "bureau de services quebec", "bureau services quebec", "services quebec", "bureau",
    "centre local d emploi", "cle", "bureau d aide sociale", "centre d emploi", "bureau local",
)  # fmt: skip
_BEFORE = ("centre local d emploi", "cle", "bureau d aide sociale", "centre d emploi")
_LINKS = ("de la ", "de l ", "du ", "des ", "de ", "d ")


def office_names(units: Iterable[Unit]) -> Iterator[Name]:
    """Yield every name of each unit that serves people.

    The complaints office is not one: whoever names it means where to complain, not who served.
    """
    for unit in units:
        if unit.kind != "complaints_office":
            yield from _names(unit)


def _names(unit: Unit) -> Iterator[Name]:
    regions = (unit.region,) if unit.region else ()
    always = Meaning("unit", unit.id, regions)
    for text in (unit.name_fr, unit.name_en, *unit.aliases):
        yield from (Name(key, always) for key in _variants(match_key(text), _TODAY))
    for former in unit.former_names:
        yield from (Name(key, always) for key in _variants(match_key(former.name), _BEFORE))


def _variants(key: str, heads: tuple[str, ...]) -> Iterator[str]:
    yield key
    if key.startswith(_REGIONAL):
        region = key.removeprefix(_REGIONAL)
        yield from (f"direction regionale {link}{region}" for link in ("", *_LINKS))
    for head in (_OFFICE, _CENTRE):
        if not key.startswith(head):
            continue
        tail = key.removeprefix(head)
        link = next((one for one in _LINKS if tail.startswith(one)), "")
        bare = tail.removeprefix(link)
        for other in heads:
            yield f"{other} {tail}"
            if other != "bureau":
                yield f"{other} {bare}"
                yield f"{other} a {bare}"
        if " " not in bare and heads is _TODAY:
            yield f"{bare} office"
            yield f"{bare} services quebec"
