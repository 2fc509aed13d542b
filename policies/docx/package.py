"""The parts of a .docx file that hold its text: a zip of XML, which may be anything."""

import zlib
from io import BytesIO
from posixpath import join, normpath
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from lxml import etree

from ..refusal import Refusal

FILE_LIMIT = 20_000_000
# What all parts that are read may hold together, unpacked.
PARTS_LIMIT = 12_000_000
ENCRYPTED_OR_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = {"w": WORD, "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}
# The strict form of the format has other names for the same things.
STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": WORD.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": NAMES["r"].encode(),
}
DAMAGED = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)


class DocumentRefused(Refusal):
    """The document cannot be read, or holds what would be lost."""


class Package:
    """An opened .docx file. `name` is what people call it."""

    def __init__(self, name: str, data: bytes) -> None:
        """Open the zip in `data`. Raises `DocumentRefused`."""
        self.name = name
        self.left = PARTS_LIMIT
        if len(data) > FILE_LIMIT:
            raise self.too_large()
        if data.startswith(ENCRYPTED_OR_OLD):
            raise DocumentRefused(
                _("%(file)s is encrypted, or in the older form. Save it as .docx without a password.")
                % {"file": name}
            )
        try:
            self.zip = ZipFile(BytesIO(data))
        except DAMAGED as error:
            raise self.damaged() from error
        main = self.related("").get("officeDocument", "word/document.xml")
        found = self.part(main)
        if found is None or found.tag != f"{{{WORD}}}document" or found.find("w:body", NAMES) is None:
            raise self.damaged()
        self.document, self.main = found, main
        self.parts = self.related(main)

    def beside(self, kind: str) -> str:
        """Give the path of the part of that kind, such as `styles`, that belongs to the document."""
        return self.parts.get(kind, f"word/{kind}.xml")

    def related(self, path: str) -> dict[str, str]:
        """Give the paths of the parts that belong to the one at `path`, by kind."""
        relations = self.relations(path)
        base = path.rpartition("/")[0]
        found = {}
        for relation in relations if relations is not None else ():
            if relation.get("TargetMode") != "External":
                kind = (relation.get("Type") or "").rpartition("/")[2]
                found[kind] = normpath(join("/", base, relation.get("Target") or "")).lstrip("/")
        return found

    def relations(self, path: str) -> etree._Element | None:
        """Give the part that says where the links of the one at `path` lead."""
        base, _slash, last = path.rpartition("/")
        return self.part(join(base, "_rels", f"{last}.rels"))

    def part(self, path: str) -> etree._Element | None:
        """Give the XML at `path`, or None where there is none. Raises `DocumentRefused`."""
        if path not in self.zip.namelist():
            return None
        try:
            # Sizes in the directory of a zip can be lies, so what comes out is counted.
            with self.zip.open(path) as file:
                data = file.read(self.left + 1)
        except DAMAGED as error:
            raise self.damaged() from error
        self.left -= len(data)
        if self.left < 0:
            raise self.too_large()
        return self.parse(data)

    def parse(self, data: bytes) -> etree._Element:
        """Give the XML in `data`, which may define nothing of its own. Raises `DocumentRefused`."""
        for strict, usual in STRICT.items():
            data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged() from error
        # Word writes no document type; entities that grow without end, or name files, need one.
        if root.getroottree().docinfo.internalDTD is not None:
            raise self.damaged()
        return root

    def damaged(self) -> DocumentRefused:
        """Give the refusal of a file that is no such document."""
        return DocumentRefused(
            _("%(file)s is no Word document, or damaged. Open it in Word and save it as .docx again.")
            % {"file": self.name}
        )

    def too_large(self) -> DocumentRefused:
        """Give the refusal of a file that is, or becomes, too large."""
        return DocumentRefused(
            _("%(file)s is too large. Take out pictures and what is embedded, or split it.")
            % {"file": self.name}
        )
