"""Read a letter as its reader's mail program does."""

from dataclasses import dataclass
from email.message import EmailMessage

from lxml.html import HtmlElement, document_fromstring

from accounts.models import User
from demo.sink import Sink
from notifications.services import plan_campaigns, run_due
from tests.conftest import NOW

from .records import at


@dataclass(frozen=True)
class Letter:
    """One message that a mail server took."""

    message: EmailMessage

    def part(self, kind: str) -> EmailMessage:
        """Give the only part of a kind such as `text/html`."""
        (found,) = [part for part in self.message.walk() if part.get_content_type() == kind]
        return found

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text."""
        return str(self.part("text/plain").get_content())

    @property
    def html(self) -> str:
        """The HTML."""
        return str(self.part("text/html").get_content())

    @property
    def page(self) -> HtmlElement:
        """The tree of the HTML."""
        return document_fromstring(self.html)

    @property
    def words(self) -> str:
        """The words of the HTML, white space folded."""
        return words_of(self.page)

    @property
    def links(self) -> set[str]:
        """Where the links of the HTML lead."""
        return {str(link) for link in self.page.xpath("//a/@href")}


def words_of(tree: HtmlElement) -> str:
    """Give the words of a tree, those of each element apart, white space folded."""
    return folded(" ".join(str(words) for words in tree.itertext()))


def folded(words: str) -> str:
    """Give words with white space folded."""
    return " ".join(words.split())


def letter_to(person: User, mailbox: Sink) -> Letter:
    """Send what is due, and give the only letter that `person` got."""
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    (found,) = [message for message in mailbox.messages() if message["To"] == person.email]
    return Letter(found)
