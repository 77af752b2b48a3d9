"""The wire: questions as the package writes them, and answers as the server does. Pure."""

import zlib
from typing import NamedTuple

SEPARATOR = "\1"
HEADER_LENGTH = 21
VERSION = "00.9.00"
"""What the server calls itself."""

END = b"<![CDATA[]]>\n"
COMPRESSED = frozenset({"96", "99", "9B", "9D"})
"""The types of the answers that are zlib streams."""

ERROR_TYPE = "04"


class WireError(ValueError):
    """Something that is not written as the wire demands."""


class Question(NamedTuple):
    """A question of the package.

    Attributes
    ----------
    version : str
        The package's, such as "00.9.40".
    message_type : str
        Two characters, such as "95".
    method, user : str
        Such as "query_all_stock" and "anonymous".
    arguments : tuple of str
        What follows them, with the page and its length where the question has them.
    """

    version: str
    message_type: str
    method: str
    user: str
    arguments: tuple[str, ...]


class Answer(NamedTuple):
    """An answer of the server: its type, and its payload cut at the separators."""

    message_type: str
    fields: tuple[str, ...]


def parse_question(line: bytes) -> Question:
    """Parse a question, which ends with a line feed.

    Raises
    ------
    WireError
        Its header, its length, its checksum or its body is wrong.
    """
    text = _decoded(line)
    if not text.endswith("\n"):
        raise WireError("it does not end with a line feed")
    header, (body, separator, checksum) = text[:HEADER_LENGTH], _parted(text[HEADER_LENGTH:-1])
    version, message_type, length = _header(header)
    if not separator:
        raise WireError("it has no checksum")
    if length != len(body):
        raise WireError(f"it has {len(body)} characters and says {length}")
    if checksum != _checksum((header + body).encode()):
        raise WireError(f"its checksum is not {checksum}")
    parts = body.split(SEPARATOR)
    if len(parts) < 2:
        raise WireError("it names no user")
    return Question(version, message_type, parts[0], parts[1], tuple(parts[2:]))


def write_question(question: Question) -> bytes:
    """Write a question as the package does."""
    body = SEPARATOR.join([question.method, question.user, *question.arguments])
    header = _written_header(question.version, question.message_type, len(body))
    text = header + body
    return f"{text}{SEPARATOR}{_checksum(text.encode())}\n".encode()


def write_answer(answer: Answer) -> bytes:
    """Write an answer as the server does, compressed if its type is.

    What a real checksum of a compressed answer covers is unknown; here it is what is sent.
    """
    payload = SEPARATOR.join(answer.fields)
    if answer.message_type not in COMPRESSED:
        text = _written_header(VERSION, answer.message_type, len(payload)) + payload
        return f"{text}{SEPARATOR}{_checksum(text.encode())}".encode() + END
    stream = zlib.compress(payload.encode(), 1)
    sent = _written_header(VERSION, answer.message_type, len(stream)).encode() + stream
    return sent + f"{SEPARATOR}{_checksum(sent)}\n".encode() + END


def parse_answer(sent: bytes) -> Answer:
    """Parse an answer.

    Raises
    ------
    WireError
        Its header, its length or its end is wrong, or its checksum if it is not compressed.
    """
    if not sent.endswith(END):
        raise WireError("it does not end as answers do")
    header = _decoded(sent[:HEADER_LENGTH])
    _, message_type, length = _header(header)
    rest = sent[HEADER_LENGTH : -len(END)]
    if message_type in COMPRESSED:
        if not (rest[length : length + 1] == b"\1" and rest.endswith(b"\n")):
            raise WireError(f"there is no checksum after {length} bytes")
        payload = _decoded(zlib.decompress(rest[:length]))
    else:
        payload, _, checksum = _parted(_decoded(rest))
        if length != len(payload):
            raise WireError(f"it has {len(payload)} characters and says {length}")
        if checksum != _checksum((header + payload).encode()):
            raise WireError(f"its checksum is not {checksum}")
    return Answer(message_type, tuple(payload.split(SEPARATOR)))


def with_wrong_checksum(sent: bytes) -> bytes:
    """Give an answer another checksum."""
    rest, _, tail = sent.rpartition(SEPARATOR.encode())
    digits = tail.removesuffix(END).strip()
    wrong = str((int(digits) + 1) % 2**32).encode()
    return rest + SEPARATOR.encode() + tail.replace(digits, wrong, 1)


def with_wrong_length(sent: bytes) -> bytes:
    """Have an answer's header say half of its length."""
    header = sent[:HEADER_LENGTH].decode()
    version, message_type, length = _header(header)
    return _written_header(version, message_type, length // 2).encode() + sent[HEADER_LENGTH:]


def _header(header: str) -> tuple[str, str, int]:
    parts = header.split(SEPARATOR)
    if len(header) != HEADER_LENGTH or [len(part) for part in parts] != [7, 2, 10]:
        raise WireError(f"{header!r} is no header")
    version, message_type, length = parts
    if not (length.isascii() and length.isdigit()):
        raise WireError(f"{length!r} is no length")
    return version, message_type, int(length)


def _written_header(version: str, message_type: str, length: int) -> str:
    return SEPARATOR.join([version, message_type, f"{length:010}"])


def _parted(text: str) -> tuple[str, str, str]:
    return text.rpartition(SEPARATOR)


def _checksum(sent: bytes) -> str:
    return str(zlib.crc32(sent))


def _decoded(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError as error:
        raise WireError("it is not UTF-8") from error
