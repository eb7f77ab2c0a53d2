"""Addresses of the desk's pages, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.envelope import Language


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each page is, without a slash at the end."""

    root: str
    sign_in: str
    link: str
    sign_out: str
    sessions: str
    cases: str
    sorting: str
    new: str
    overview: str
    operations: str
    accounts: str
    reads: str
    sensitive: str
    asked: str

    def case(self, reference: str) -> str:
        return f"{self.cases}/{reference}"

    def act(self, reference: str, act: str) -> str:
        """Return where an act is done; acts are named alike in both languages."""
        return f"{self.cases}/{reference}/{act}"


PATHS: dict[Language, Paths] = {
    "fr": Paths(
        root="/bureau",
        sign_in="/bureau/entrer",
        link="/bureau/lien",
        sign_out="/bureau/quitter",
        sessions="/bureau/sessions",
        cases="/bureau/plaintes",
        sorting="/bureau/tri",
        new="/bureau/saisir",
        overview="/bureau/ensemble",
        operations="/bureau/exploitation",
        accounts="/bureau/comptes",
        reads="/bureau/consultations",
        sensitive="/bureau/sensibles",
        asked="/bureau/questions",
    ),
    "en": Paths(
        root="/en/desk",
        sign_in="/en/desk/sign-in",
        link="/en/desk/link",
        sign_out="/en/desk/sign-out",
        sessions="/en/desk/sessions",
        cases="/en/desk/complaints",
        sorting="/en/desk/sorting",
        new="/en/desk/new",
        overview="/en/desk/overview",
        operations="/en/desk/operations",
        accounts="/en/desk/accounts",
        reads="/en/desk/reads",
        sensitive="/en/desk/sensitive",
        asked="/en/desk/questions",
    ),
}


def in_other_language(path: str, language: Language) -> str:
    """Return the same page in the other language; `path` is in `language`, query and all."""
    here, there = PATHS[language], PATHS["en" if language == "fr" else "fr"]
    for name in sorted(Paths.__slots__, key=lambda one: -len(getattr(here, one))):
        root = getattr(here, name)
        if path == root or path.startswith((f"{root}/", f"{root}?")):
            return f"{getattr(there, name)}{path.removeprefix(root)}"
    return there.root
