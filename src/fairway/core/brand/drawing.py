"""Draws an uploaded picture anew, in a process of its own: `python drawing.py <width> <height> <square>`.

The picture comes on standard input; what goes out is a PNG of pixels, and nothing else of what was sent. The process
has little memory and few seconds, so a bomb kills nobody but itself. Imports nothing of the product.
"""

import io
import resource
import sys

MEMORY_MOST = 1024**3
SECONDS_MOST = 8
PIXELS_MOST = 25_000_000
UNREADABLE, TOO_MANY_PIXELS, TOO_SMALL, NAMES_OTHERS = 3, 4, 5, 6
SIDE_MIN = 16


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MOST, SECONDS_MOST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # standard output is a pipe
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def drawn(data: bytes, width: int, height: int, *, is_square: bool) -> bytes:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = PIXELS_MOST
    if is_svg(data):
        data = pixels_of_svg(data, width, height)
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "WEBP"))
        if picture.width * picture.height > PIXELS_MOST:
            sys.exit(TOO_MANY_PIXELS)
        picture.load()
    except Image.DecompressionBombError:
        sys.exit(TOO_MANY_PIXELS)
    except (OSError, ValueError, SyntaxError):
        sys.exit(UNREADABLE)
    shown = picture.convert("RGBA")
    if shown.width < SIDE_MIN or shown.height < SIDE_MIN:
        sys.exit(TOO_SMALL)
    shown.thumbnail((width, height), Image.Resampling.LANCZOS)
    if is_square:
        side = max(shown.size)
        square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        square.paste(shown, ((side - shown.width) // 2, (side - shown.height) // 2))
        shown = square
    bare = Image.frombytes("RGBA", shown.size, shown.tobytes())  # without what the file said beside its pixels
    out = io.BytesIO()
    bare.save(out, "PNG", optimize=True)
    return out.getvalue()


def is_svg(data: bytes) -> bool:
    return data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def pixels_of_svg(data: bytes, width: int, height: int) -> bytes:
    """Drawn without fonts, and without any file or address it names; what draws it runs no scripts."""
    import resvg_py

    try:
        text = data.decode("utf-8")
        if not is_complete_in_itself(text):
            sys.exit(NAMES_OTHERS)
        across, down = size_of_png(bytes(resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True)))
        # As large as the room asks, whatever size the drawing itself claims.
        is_wide = across * height >= down * width
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=text,
                skip_system_fonts=True,
                width=width if is_wide else None,
                height=None if is_wide else height,
            )
        )
    except Exception:
        sys.exit(UNREADABLE)


def is_complete_in_itself(text: str) -> bool:
    """Whether every reference is to a part of the drawing, or a picture written into it: else it could read ours."""
    from xml.etree import ElementTree

    for element in ElementTree.fromstring(text).iter():
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] != "href":
                continue
            target = value.strip().lower()
            written_in = target.startswith(("data:image/png;", "data:image/jpeg;", "data:image/webp;"))
            # A link leads nowhere in a picture.
            if not target.startswith("#") and not written_in and not str(element.tag).endswith("}a"):
                return False
    return True


def size_of_png(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


if __name__ == "__main__":
    wide, high, square = (int(argument) for argument in sys.argv[1:4])
    limited()
    try:
        made = drawn(sys.stdin.buffer.read(), wide, high, is_square=bool(square))
    except MemoryError:
        sys.exit(TOO_MANY_PIXELS)
    sys.stdout.buffer.write(made)
