"""A workbook (.xlsx) as a package of parts: its sheets, its number formats, its texts. In constant memory.

Only the parts that are needed are unpacked, each within limits, and no part may declare entities of its own.
"""

import marshal
import posixpath
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from fairway.connect.rules.cellvalues import format_of, unescaped
from fairway.connect.rules.decoding import FileProblem, Limits, refuse_other_archives
from fairway.core.words import said as _

CHUNK_BYTES = 64 * 1024
_FREE_BYTES = 10 * 10**6
_PARTS_MAX = 10_000
_FORMATS_MAX = 200_000
_TEXT_MAX = 1_000_000
_HIDDEN = ("hidden", "veryHidden")
Attributes = dict[str, str]


def damaged() -> FileProblem:
    return FileProblem(_("The workbook is damaged or cut off. Open it, save it again, and upload that."))


class Package:
    """The zip archive of a workbook, read part by part."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        stream.seek(0)
        first = stream.read(200)
        try:
            self._archive = zipfile.ZipFile(stream)
            names = self._archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            raise damaged() from None
        if len(names) > _PARTS_MAX:
            raise FileProblem(_("The workbook has more than %(n)s parts. It was not read.", n=_PARTS_MAX))
        refuse_other_archives(names, first)
        # A package names its parts without regard to case.
        self._names = {name.lower(): name for name in names}

    def close(self) -> None:
        self._archive.close()

    def has(self, part: str) -> bool:
        return part.lower() in self._names

    def size_of(self, part: str) -> int:
        return self._archive.getinfo(self._names[part.lower()]).file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a part. FileProblem when it is missing, damaged, locked, or grows without measure."""
        if not self.has(part):
            raise damaged()
        info = self._archive.getinfo(self._names[part.lower()])
        if info.flag_bits & 1:
            raise locked()
        self._check(info)
        try:
            with self._archive.open(info) as opened:
                while chunk := opened.read(CHUNK_BYTES):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            raise damaged() from None

    def _check(self, info: zipfile.ZipInfo) -> None:
        # No more than the declared size is ever unpacked, so that it can be judged beforehand.
        if info.file_size > self._limits.bytes_max:
            size = self._limits.bytes_max // 10**6
            raise FileProblem(_("The file is larger than %(size)s MB. Split it into smaller ones.", size=size))
        if info.file_size > _FREE_BYTES and info.file_size > self._limits.ratio_max * max(1, info.compress_size):
            raise FileProblem(_("The packed file grows without measure when it is unpacked. It was not read."))


def locked() -> FileProblem:
    return FileProblem(_("The workbook is locked with a password. Save it without one, and upload that."))


def parse(
    chunks: Iterator[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feed a part to the handlers, chunk by chunk. Where its first tag has a prefix, tags come without it.

    FileProblem when it is no proper XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def first(name: str, attributes: Attributes) -> None:
        is_plain = ":" not in name
        parser.StartElementHandler = start if is_plain else lambda tag, given: start(tag.rpartition(":")[2], given)
        if end is not None:
            parser.EndElementHandler = end if is_plain else lambda tag: end(tag.rpartition(":")[2])
        parser.StartElementHandler(name, attributes)

    parser.StartElementHandler = first
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError:
        raise damaged() from None


def _refuse_doctype(*_arguments: Any) -> None:
    raise damaged()


def _read(package: Package, part: str, start: Callable[[str, Attributes], None]) -> None:
    for _step in parse(package.chunks(part), start):
        pass


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What stands above the cells. `formats` says by style what a number shows (cellvalues.format_of)."""

    package: Package
    sheets: tuple[Sheet, ...]
    is_1904: bool
    is_uncalculated: bool
    formats: tuple[str, ...]
    texts: "Texts"

    def close(self) -> None:
        self.texts.close()
        self.package.close()


def open_workbook(stream: BinaryIO, limits: Limits) -> Workbook:
    """Raises FileProblem when this is no workbook that can be read."""
    package = Package(stream, limits)
    kinds = _relations(package, "_rels/.rels", "")
    book = next((target for kind, target in kinds.values() if kind == "officeDocument"), "xl/workbook.xml")
    if book.lower().endswith(".bin"):
        raise FileProblem(_("This is a binary workbook (.xlsb). Save it as .xlsx, and upload that."))
    if not package.has(book):
        raise damaged()
    folder = posixpath.dirname(book)
    parts = _relations(package, f"{folder}/_rels/{posixpath.basename(book)}.rels".lstrip("/"), folder)
    found: list[tuple[Attributes, str]] = []
    flags = {"date1904": False, "fullCalcOnLoad": False}

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            found.append((attributes, relation))
        elif name in ("workbookPr", "calcPr"):
            for flag in flags:
                flags[flag] = flags[flag] or attributes.get(flag, "") in ("1", "true")

    _read(package, book, start)
    sheets = tuple(
        Sheet(
            unescaped(attributes.get("name", "")), parts[relation][1], attributes.get("state", "visible") != "visible"
        )
        for attributes, relation in found
        if parts.get(relation, ("", ""))[0] == "worksheet"
    )
    if not sheets:
        raise FileProblem(_("The workbook has no sheet with cells."))
    of_kind = dict(parts.values())
    formats = _formats(package, of_kind.get("styles", ""))
    texts = Texts(package, of_kind.get("sharedStrings", ""))
    return Workbook(package, sheets, flags["date1904"], flags["fullCalcOnLoad"], formats, texts)


def _relations(package: Package, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """By id: the last word of the relation's type, and the part it leads to."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External" and len(found) < _PARTS_MAX:
            target = attributes.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", str(len(found)))] = (kind, posixpath.normpath(whole))

    if package.has(part):
        _read(package, part, start)
    return found


def _formats(package: Package, part: str) -> tuple[str, ...]:
    if not part or not package.has(part):
        return ()
    codes: dict[int, str] = {}
    used: list[str] = []
    inside = [False]

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt" and len(codes) < _FORMATS_MAX:
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:500]
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside[0] = name == "cellXfs"
        elif name == "xf" and inside[0] and len(used) < _FORMATS_MAX:
            number = _whole(attributes.get("numFmtId"))
            used.append(format_of(number, codes.get(number, "")))

    _read(package, part, start)
    return tuple(used)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


class Texts:
    """The shared texts of a workbook by number. They are read as far as they are asked for and laid down on disk in
    blocks, of which a few stay in memory: a million texts cost no more of it than a hundred."""

    _BLOCK, _KEPT = 512, 64

    def __init__(self, package: Package, part: str) -> None:
        self._steps: Iterator[None] | None = None
        if part and package.has(part):
            self._steps = parse(package.chunks(part), self._start, self._end, self._said)
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self._places: list[int] = [0]
        self._fresh: list[str] = []
        self._kept: OrderedDict[int, list[str]] = OrderedDict()
        self._parts: list[str] = []
        self._count = 0
        self._in_text, self._aside, self._length = False, 0, 0

    def get(self, number: int) -> str:
        """FileProblem when there is none of that number."""
        if number >= self._count:
            self._read_up_to(number)
        block, place = divmod(number, self._BLOCK)
        return self._fresh[place] if block == len(self._places) - 1 else self._block(block)[place]

    def _read_up_to(self, number: int) -> None:
        while number >= self._count:
            if self._steps is None:
                raise damaged()
            if next(self._steps, self) is self:
                self._steps = None

    def close(self) -> None:
        self._file.close()

    def _block(self, block: int) -> list[str]:
        if block in self._kept:
            self._kept.move_to_end(block)
            return self._kept[block]
        begin = self._places[block]
        self._file.seek(begin)
        found: list[str] = marshal.loads(self._file.read(self._places[block + 1] - begin))
        self._kept[block] = found
        if len(self._kept) > self._KEPT:
            self._kept.popitem(last=False)
        return found

    def _start(self, name: str, _attributes: Attributes) -> None:
        if name == "t":
            self._in_text = not self._aside
        elif name == "rPh":
            self._aside += 1
        elif name == "si":
            self._parts, self._length = [], 0

    def _end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._aside -= 1
        elif name == "si":
            self._fresh.append(unescaped("".join(self._parts)))
            self._count += 1
            if len(self._fresh) == self._BLOCK:
                self._lay_down()

    def _said(self, text: str) -> None:
        if self._in_text:
            self._length += len(text)
            if self._length > _TEXT_MAX:
                raise damaged()
            self._parts.append(text)

    def _lay_down(self) -> None:
        data = marshal.dumps(self._fresh)
        self._file.seek(self._places[-1])
        self._file.write(data)
        self._places.append(self._places[-1] + len(data))
        self._fresh = []
