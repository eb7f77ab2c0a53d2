"""What a stored document is, and how ids follow from ids."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

#: Namespace of every derived id. Any fixed uuid will do; changing it would double old work.
NAMESPACE = uuid.UUID("5b1f0c0e-8f0b-5d5c-9a53-0d6b3e2f7a11")
_PREFIX = NAMESPACE.bytes


class Value(BaseModel):
    """A frozen value. Validation errors never show their input: it may be a citizen's text."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Document(Value):
    """A value with an identity and a version, kept in one named collection.

    `indexes` names scalar attributes or properties that queries may compare and sort by;
    `keywords` names those that hold several strings. Each scalar has an index of its own, but those
    in `not_alone`: an index in `compound` begins with it, or nothing asks for it alone, as it is
    only read together with others (`Collection.values`). `compound` lists indexes of several
    scalars, `id` where the order of a page needs it. Documents that are `searched` keep words
    beside them; `words` is what a document says of itself.
    `version` is 0 before the first save.
    """

    collection: ClassVar[str]
    indexes: ClassVar[tuple[str, ...]] = ()
    keywords: ClassVar[tuple[str, ...]] = ()
    compound: ClassVar[tuple[tuple[str, ...], ...]] = ()
    not_alone: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[bool] = False

    id: str
    version: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """Folded words of the document itself, kept when it is saved for the first time."""
        return ()

    @classmethod
    def index_keys(cls) -> tuple[tuple[str, ...], ...]:
        """Return the fields of each index of scalars."""
        alone = tuple((name, "id") for name in cls.indexes if name not in cls.not_alone)
        return (*alone, *cls.compound)

    def changed(self, **fields: object) -> Self:
        """Return a copy with `fields` replaced; the values are trusted, not validated again."""
        copy = self.__copy__()
        copy.__dict__.update(fields)
        return copy


def derived_id(*parts: str) -> str:
    """Return the same uuid for the same parts, always: what makes a redelivery harmless."""
    # RFC 9562 section 5.5, by hand: uuid.uuid5 takes more than twice as long, and a message's way
    # needs a dozen of these.
    digest = hashlib.sha1(_PREFIX + "\x1f".join(parts).encode(), usedforsecurity=False).digest()
    bits = bytearray(digest[:16])
    bits[6] = bits[6] & 0x0F | 0x50
    bits[8] = bits[8] & 0x3F | 0x80
    text = bits.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_id() -> str:
    """Return a fresh random uuid, for things that come from outside."""
    return str(uuid.uuid4())


def instant(moment: datetime) -> str:
    """Format an aware moment so that text order is time order: UTC, always microseconds."""
    # isoformat is a little quicker than strftime, and this runs for every index of every save
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"
