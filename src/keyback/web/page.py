"""A page as data. The HTML template and the JSON answer are two renderings of the same value, so a program
sees exactly what a person sees (form fields as data, not HTML)."""

from dataclasses import dataclass, field

from keyback.core.messages import Text
from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `kind`: `text`, `username`, `code`, `recovery_code`, `new_password`, `password`, `hidden`."""

    name: str
    kind: str
    label: Text
    required: bool = True
    value: str = ""
    """Only for hidden fields and for what a person typed that is no secret."""
    hint: Text | None = None
    error: Text | None = None
    length: int = 0
    """How many characters a code has; 0: free."""
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on. Picking it posts `name=value`."""

    name: str
    value: str
    label: Text
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell. `tone`: `bad` (role alert), `good`, `warn`, `info`."""

    text: Text
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Link:
    """A way out. With `post` set it is a button that posts `post` to `href` with the page's hidden fields."""

    rel: str
    """`again`, `other`, `restart`, `cancel`, `help`, `call`, `sign_in`: permanent, for programs."""
    href: str
    label: Text
    post: bool = False
    after: Instant | None = None
    """Not before this time; until then shown with a countdown."""
    carries: bool = False
    """With `post`: a second button of the page's own form, so that what is typed there goes along."""
    abroad: bool = False
    """Leads to another site, in a tab of its own, so that nothing here is lost."""
    above: bool = False
    """Above the lists, as the page's primary button; only on pages that have lists and no form."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule for a new password, checked while it is typed. `check` names the test for the script:
    `length`, `classes`, `same`, `server` (only the server can tell)."""

    id: str
    text: Text
    check: str
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """A button of an item: posts the page's hidden fields and `name=value` to `href`; without `post` it leads there."""

    rel: str
    """Permanent, for programs: `remove`, `change`, `prefer`, `lost`, `end`, `name`."""
    href: str
    label: Text
    name: str = ""
    value: str = ""
    post: bool = True
    harsh: bool = False
    """It takes something away."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a list: a method, a contact, a session."""

    id: str
    label: Text
    about: tuple[Text, ...] = ()
    """When it was added, when it was last used, why it does not count: one line each."""
    mark: Text | None = None
    """One word about its state, beside the label."""
    tone: str = ""
    """Of that word: `good`, `warn` or nothing."""
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Items under a heading, what to say when there are none, and what can be added."""

    title: Text
    items: tuple[Item, ...] = ()
    empty: Text | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One question, one primary button, and never a dead end."""

    state: str
    """`start`, `choose_method`, `answer`, `new_password`, `done`, `refused`, `ended`, `sign_in`, `signed_in`,
    `contact`, `setup`, `error` ..."""
    title: Text
    lead: tuple[Text, ...] = ()
    step: int = 0
    """1 to 5 in the step list (who you are, proof 1, proof 2, new password, done); 0: no list."""
    steps: tuple[Text, ...] = ()
    action: str = ""
    submit: Text | None = None
    fields: tuple[Field, ...] = ()
    choices: tuple[Choice, ...] = ()
    messages: tuple[Message, ...] = ()
    links: tuple[Link, ...] = ()
    rules: tuple[Rule, ...] = ()
    checklist: tuple[Text, ...] = ()
    expires: Instant | None = None
    code: str = ""
    """SSPR code, for administrators."""
    reference: str = ""
    """Correlation id, for administrators."""
    work: str = ""
    """Proof-of-work challenge as JSON, solved by the script before the form is sent."""
    qr: str = ""
    """An image as `data:` is forbidden by CSP: this is inline SVG markup made by the server."""
    groups: tuple[Group, ...] = ()
    """Lists of what there is, each thing with its own buttons."""
    facts: tuple[tuple[Text, str], ...] = field(default=())
    """Label and value pairs shown large (an authenticator key, recovery codes)."""
    owner: str = ""
    """User ID whose facts these are: printed above them, and the page can then be printed by a button."""
