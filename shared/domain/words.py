"""Words as a search knows them: folded, once each, without those that stand in every text."""

from __future__ import annotations

import re
import unicodedata

#: Different words kept of one message with its documents; a long letter has fewer.
MOST_WORDS = 200
#: Characters of a text that are looked at: a page of a letter has 3,000.
MOST_CHARACTERS = 20_000
#: Longer ones are no words but addresses of pages, and keys.
LONGEST = 40
#: Letters from which on the beginning of a word finds it.
BEGINNING = 3

_WORD = re.compile(r"\w+")
#: The marks that letters of Latin script are written with.
_MARKS = re.compile("[\u0300-\u036f]+")
#: Words of one letter and of grammar: they would find every complaint.
COMMON = frozenset(
    _WORD.findall(
        """
    ai aie aient alors apres as au aucun aussi autre aux avait avant avec avez avoir avons ayant
    bien bonjour car ce ceci cela celle celui cependant ces cet cette chez ci comme comment
    cordialement dans de depuis des deux dit doit donc dont du elle elles en encore entre es est
    et etait etaient etant ete etes etre eu eux fait faire fois font ici il ils je jusqu la le
    les leur leurs lorsque lui ma madame mais me meme merci mes moi moins mon monsieur ne ni non
    nos notre nous on ont ou par parce pas pendant peu peut peux plus plusieurs pour pourquoi
    pouvez puis qu quand que quel quelle quelques qui quoi sa salutations sans se sera ses si
    soit son sont sous suis sur ta tant te tel tous tout toute toutes tres trop tu un une vers
    voici voir vos votre vous

    a about after again all also am an and any are as at be because been before being but by can
    could day dear did do does for from get go had has have he hello her here him his how i if
    in into is it its just like made make me more most much my no not now of on only or other
    our out over please regards said same she should since sincerely sir so some such than thank
    thanks that the their them then there these they this those to too until up us very was we
    were what when where which while who whom why will with would you your
    """
    )
)


def folded_words(text: str) -> tuple[str, ...]:
    """Return the words of `text` in lower case without accents, once each, in order."""
    return tuple(dict.fromkeys(_words_in(text)))


def search_words(*texts: str) -> tuple[str, ...]:
    """Return the words that texts are found by, as many as are kept, the first texts first."""
    found: dict[str, None] = {}
    for text in texts:
        found |= dict.fromkeys(_words_in(text[:MOST_CHARACTERS]))
        if len(found) >= MOST_WORDS + len(COMMON):
            break
    return tuple(word for word in found if _tells(word))[:MOST_WORDS]


def asked_words(text: str) -> tuple[str, ...]:
    """Return the words that a search asks for; those that nothing keeps are left out, unless the
    search has no others."""
    words = folded_words(text)
    return tuple(word for word in words if _tells(word)) or words


def _tells(word: str) -> bool:
    return 1 < len(word) <= LONGEST and word not in COMMON


def _words_in(text: str) -> list[str]:
    """Return the folded words of a text, in order.

    Every complaint is taken apart so, and almost all are of letters that a table of bytes folds
    far sooner than Unicode's own rules, with the same result.
    """
    lower = text.casefold().replace("œ", "oe").replace("æ", "ae")  # Unicode leaves those whole
    try:
        plain = lower.encode("cp1252").translate(_PLAIN)
    except UnicodeEncodeError:
        return _WORD.findall(_folded(lower))
    return _WORD.findall(_folded(lower)) if _LONGER in plain else plain.decode("ascii").split()


def _folded(lower: str) -> str:
    # Letters of formulas and the like come out of the normal form in upper case
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", lower)).lower()
    if plain.isascii():
        return plain
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _plain(code: int) -> bytes:
    """Return what a byte of Windows-1252 folds to: one letter, a blank, or _LONGER."""
    found = _WORD.findall(_folded(bytes([code]).decode("cp1252", "replace")))
    if not found:
        return b" "
    word = str(found[0])
    return word.encode() if len(found) == len(word) == 1 and word.isascii() else _LONGER


#: A letter that is no single one without its marks, such as a fraction.
_LONGER = b"\x00"
_PLAIN = b"".join(_plain(code) for code in range(256))
