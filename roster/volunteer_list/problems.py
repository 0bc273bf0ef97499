"""What can be wrong with a line, as codes with facts; said in the reader's language when it is shown."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.household_list import Problem as ListProblem
from compound.refusals import Refusal

_SENTENCES = {
    # The line is left out.
    "name_missing": gettext_noop("the name is missing"),
    "name_long": gettext_noop("the name is longer than %(limit)s characters"),
    "phone_missing": gettext_noop("the phone number is missing; nobody can be reached or log in without it"),
    "phone_unreadable": gettext_noop("this is no phone number (it says “%(text)s”)"),
    "phone_short": gettext_noop("is a digit missing in this number? A mobile has 11 (it says “%(text)s”)"),
    "phone_long": gettext_noop("a digit too many in this number? A mobile has 11 (it says “%(text)s”)"),
    "phone_strange": gettext_noop("is this number right? (it says “%(text)s”)"),
    "phone_twice": gettext_noop("this number stands in %(other)s already; this line was left out"),
    "origin_unknown": gettext_noop(
        "“%(text)s” is none of: resident, cadre sent in, property staff, community. Choose one, or leave it empty"
    ),
    "number_unreadable": gettext_noop("this is no whole number from 0 to %(most)s (it says “%(text)s”)"),
    "tick_unreadable": gettext_noop("“%(text)s” is neither yes nor no"),
    "formula": gettext_noop("a formula without a stored result. Open the file in Excel, save it, upload it again"),
    "cell_error": gettext_noop("an Excel error (%(text)s)"),
    "elsewhere": gettext_noop(
        "whoever logs in with this number belongs to another compound. Ask the administrator to add them"
    ),
    # The line goes in without it.
    "skill_unknown": gettext_noop("“%(text)s” is none of the compound's skills and was left out. Add it there first"),
    "email_unreadable": gettext_noop("this is no e-mail address and was left out (it says “%(text)s”)"),
    "room_unknown": gettext_noop("there is no room “%(text)s” in the registry; no home was set"),
    "room_several": gettext_noop("“%(text)s” can be %(rooms)s; no home was set"),
    "name_differs": gettext_noop("this number belongs to %(name)s; the name stays"),
    "cut": gettext_noop("longer than %(limit)s characters; the rest was left out"),
}
_REFUSALS = {
    "no_header": gettext_noop(
        "No line with column headings was found. The list needs one with “姓名” and “电话” (name, phone); the template "
        "shows how."
    ),
    "no_lines": gettext_noop("The list has headings but no people under them."),
    "too_many_lines": gettext_noop("More than %(limit)s people at once. Split the list."),
}


@dataclass(frozen=True, slots=True)
class Problem(ListProblem):
    """As for household lists, with sentences of its own; `cell` is `C17`."""

    @property
    def sentence(self) -> str:
        return _(_SENTENCES[self.code]) % self.params


def no_list(code: str, **params: object) -> Refusal:
    """The file can be read and is no list of volunteers."""
    return Refusal(code, _(_REFUSALS[code]) % params, **params)
