"""The letter to print: the very words of a notice's mail, with an address and a sheet. Pure.

Nothing is written twice: what a person gets by post is the HTML part that was kept when the notice
was made. Links are printed with their address, as nobody can click on paper.
"""

from __future__ import annotations

import email
import email.policy

from markupsafe import Markup, escape

from shared.domain.complainant import Complainant

_SHEET = """
<style>
.to { white-space: pre-line; margin: 0 0 28px; }
@media print {
  @page { size: letter; margin: 20mm 22mm; }
  body { max-width: none; padding: 0; font-size: 11pt; color: #000000; background: #ffffff; }
  h1 { font-size: 15pt; } h2 { font-size: 12pt; }
  .to { margin-top: 20mm; min-height: 30mm; }
  .days { display: none; }
  a { color: inherit; text-decoration: none; }
  a[href]::after { content: " (" attr(href) ")"; word-break: break-all; }
  h2 { break-after: avoid; } li, p { break-inside: avoid; }
}
</style>
"""


def letter_to_print(raw: bytes, person: Complainant) -> str:
    """Return the letter of a notice's mail as one HTML page that fetches nothing.

    Whom it goes to stands at its top: the name and postal address that the person gave, or the
    phone of one who gave no address.
    """
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    part = mail.get_body(("html",))
    html = str(part.get_content()) if part else ""
    head, end_of_head, body = html.partition("</head>")
    before, begins, words = body.partition("<body>")
    where = person.postal_address or person.phone
    lines = [line for line in (person.name, person.organisation, where) if line]
    address = Markup('<p class="to">{}</p>').format(escape("\n".join(lines)))
    # In its head where it has one, so that all of the page stands in a landmark
    top, in_head, rest = words.partition("<header>")
    letter = f"{top}{in_head}\n{address}{rest}" if in_head else f"\n{address}{words}"
    return f"{head}{_SHEET}{end_of_head}{before}{begins}{letter}"
