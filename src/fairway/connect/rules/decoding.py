"""From the bytes of an uploaded file to text: what kind of file it is, whether it is packed, and its encoding."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from fairway.core.words import Words
from fairway.core.words import said as _

SAMPLE_BYTES = 256 * 1024
_CHUNK_BYTES = 1024 * 1024


class FileProblem(ValueError):
    """A file that cannot be read at all. `str()` says what is wrong and how to mend it."""

    def __init__(self, words: Words):
        self.words = words
        super().__init__(words.template)

    def __str__(self) -> str:
        return str(self.words)

    @property
    def sentence(self) -> Words:
        return self.words


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still read. Beyond `ratio_max` a packed file is a bomb; the first 10 MB may be packed as they like."""

    bytes_max: int = 4 * 10**9
    ratio_max: int = 400
    columns_max: int = 500
    line_chars_max: int = 1_000_000


DEFAULT_LIMITS = Limits()


class Unpacked(io.RawIOBase):
    """The plain bytes of a file that may be gzip, counted; it refuses to grow beyond the limits."""

    _FREE_BYTES = 10 * 10**6

    def __init__(self, stream: BinaryIO, limits: Limits):
        self._stream, self._limits = stream, limits
        stream.seek(0)
        self.is_packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        self._source: BinaryIO = gzip.GzipFile(fileobj=stream, mode="rb") if self.is_packed else stream  # type: ignore[assignment]
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise FileProblem(_("The packed file is damaged or cut off. Pack it again, or upload it plain.")) from None
        self._given += len(data)
        self._check()
        buffer[: len(data)] = data
        return len(data)

    def rewind(self) -> None:
        self._source.seek(0)
        self._given = 0

    def packed_bytes_read(self) -> int:
        """How far the uploaded file itself has been read: what a progress bar shows."""
        return self._stream.tell()

    def _check(self) -> None:
        if self._given > self._limits.bytes_max:
            size = self._limits.bytes_max // 10**6
            raise FileProblem(_("The file is larger than %(size)s MB. Split it into smaller ones.", size=size))
        is_large = self.is_packed and self._given > self._FREE_BYTES
        if is_large and self._given > self._limits.ratio_max * max(1, self._stream.tell()):
            raise FileProblem(_("The packed file grows without measure when it is unpacked. It was not read."))


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "Parquet"),
    (b"SQLite format", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"{\\rtf", "RTF"),
)


def is_archive(stream: BinaryIO) -> bool:
    """Whether the file is a zip archive, as workbooks are. Leaves the stream at its start."""
    stream.seek(0)
    found = stream.read(4) == b"PK\x03\x04"
    stream.seek(0)
    return found


def refuse_other_archives(names: Iterable[str], first: bytes) -> None:
    """Raise FileProblem when an archive is something else than a workbook; `first` are its first bytes."""
    known = {name.lower() for name in names}
    if b"opendocument" in first[:200]:
        raise FileProblem(_("This is an OpenDocument file (.ods). Save the sheet as .xlsx or CSV, and upload that."))
    if "[content_types].xml" in known and any(name.startswith("xl/") for name in known):
        return
    if "index/document.iwa" in known or any(name.endswith(".iwa") for name in known):
        raise FileProblem(_("This is a Numbers document. Export it as Excel (.xlsx) or CSV, and upload that."))
    if any(name.startswith(("word/", "ppt/")) for name in known):
        raise FileProblem(_("This is a text or a presentation, not a table. Save the table as .xlsx or CSV."))
    raise FileProblem(_("This is a ZIP archive. Unpack it, and upload the table inside."))


def _refuse_old_workbook(sample: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in sample:
        raise FileProblem(_("The workbook is locked with a password. Save it without one, and upload that."))
    raise FileProblem(_("This looks like an old workbook (.xls). Open it, save it as .xlsx or CSV, and upload that."))


def refuse_other_kinds(sample: bytes) -> None:
    """Raise FileProblem when the first bytes are those of something else than a text table."""
    kind = _kind(sample)
    if kind == "XLS":
        _refuse_old_workbook(sample)
    if kind == "HTML":
        raise FileProblem(_("This looks like a web page, not CSV. Perhaps the log-in page was saved in its place."))
    if kind:
        raise FileProblem(_("This looks like a %(kind)s file, not CSV. Export the table as CSV.", kind=kind))


def _kind(sample: bytes) -> str | None:
    if sample.startswith(b"PK\x03\x04"):
        return "ZIP"
    if found := next((kind for magic, kind in _MAGIC if sample.startswith(magic)), None):
        return found
    start = sample[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    if start.startswith((b"<?xml", b"<")):
        return "XML"
    if start[:1] == b"{" or start[:2] == b"[{":
        return "JSON"
    is_wide = _wide_encoding(sample) is not None
    controls = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample[:4096])
    return "binary" if not is_wide and controls > max(4, len(sample[:4096]) // 100) else None


def encoding_of(unpacked: Unpacked) -> str:
    """The encoding of the whole file, as a Python codec that drops a byte-order mark. Leaves the file rewound."""
    unpacked.rewind()
    sample = read_sample(unpacked)
    if sample.startswith(codecs.BOM_UTF8):
        found = "utf-8-sig"
    else:
        found = _wide_encoding(sample) or ("utf-8" if _is_utf8(unpacked, sample) else _eight_bit(sample))
    unpacked.rewind()
    return found


def read_sample(unpacked: Unpacked) -> bytes:
    parts, wanted = [], SAMPLE_BYTES
    while wanted and (part := unpacked.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _wide_encoding(sample: bytes) -> str | None:
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: letters of Western text have a zero byte beside them, always on the same side.
    head = sample[:2000]
    if len(head) >= 4:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > 0.4 * len(head) / 2 and even == 0:
            return "utf-16-le"
        if even > 0.4 * len(head) / 2 and odd == 0:
            return "utf-16-be"
    return None


def _is_utf8(unpacked: Unpacked, sample: bytes) -> bool:
    """Reads the file to its end, because one wrong byte on the last line counts as much as one on the first."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
        while chunk := unpacked.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit(sample: bytes) -> str:
    """cp1252 unless another code page explains the text clearly better."""
    western = from_bytes(sample, cp_isolation=["cp1252"]).best()
    others = ["cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "shift_jis", "euc_kr", "gb18030", "big5"]
    other = from_bytes(sample, cp_isolation=others).best()
    if other is None:
        return "cp1252"
    if western is not None and western.chaos <= other.chaos and western.coherence >= other.coherence:
        return "cp1252"
    return other.encoding
