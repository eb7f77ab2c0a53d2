"""The documents of one submission: those just chosen and those held from an earlier try."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.answers import Fault
from services.intake.documents import MEDIA_TYPES, Posted
from services.intake.holding import Held
from services.intake.limits import FormLimits


def bundle_of(
    held: Sequence[Held], chosen: Sequence[Posted], limits: FormLimits
) -> tuple[list[Posted], list[Fault]]:
    """Return the documents that are good, earlier ones first, and what is wrong with others."""
    good: list[Posted] = []
    faults: list[Fault] = []
    earlier = [Posted(each.name, each.data or b"", each.kind, _gone(each)) for each in held]
    for document in (*earlier, *chosen):
        trouble = _trouble(document, good, limits)
        if trouble:
            faults.append(Fault("documents", trouble, {"name": document.name}))
        elif document not in good:
            good.append(document)
    return good, faults


def _gone(held: Held) -> str:
    return "gone" if held.data is None else ""


def _trouble(document: Posted, good: Sequence[Posted], limits: FormLimits) -> str:
    if document.trouble:
        return document.trouble
    if document.kind not in MEDIA_TYPES:
        return document.kind
    if document in good:
        return ""
    if len(good) >= limits.files:
        return "too_many"
    if sum(each.size for each in good) + document.size > limits.total_bytes:
        return "too_much"
    return ""
