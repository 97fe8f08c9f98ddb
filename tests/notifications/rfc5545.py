"""A strict reader of calendar files, written against RFC 5545 and not with the library that makes them."""

import re
from dataclasses import dataclass, field

NAME = re.compile(r"[A-Z0-9-]+")


@dataclass(frozen=True)
class Property:
    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value of a TEXT property (3.3.11)."""
        assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", self.value), f"unknown escape in {self.value!r}"
        return re.sub(
            r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value, flags=re.DOTALL
        )


@dataclass
class Component:
    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)

    def one(self, name: str) -> Property:
        (found,) = self.properties[name]
        return found


def parse(data: bytes) -> Component:
    """Raises:
    AssertionError: the file breaks a rule.
    """
    assert data.endswith(b"\r\n"), "the last line ends in CRLF (3.1)"
    for line in data[:-2].split(b"\r\n"):
        assert len(line) <= 75, f"longer than 75 octets: {line!r}"
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), f"control character: {line!r}"
        line.decode("utf-8")  # no fold within a character
    root = Component("")
    open_components = [root]
    for unfolded in re.sub(r"\r\n[ \t]", "", data[:-2].decode()).split("\r\n"):
        name, parameters, value = _content_line(unfolded)
        if name == "BEGIN":
            child = Component(value)
            open_components[-1].parts.append(child)
            open_components.append(child)
        elif name == "END":
            assert open_components.pop().name == value
        else:
            open_components[-1].properties.setdefault(name, []).append(Property(value, parameters))
    assert open_components == [root], "every BEGIN has its END"
    (calendar,) = root.parts
    assert calendar.name == "VCALENDAR"
    return calendar


def _content_line(line: str) -> tuple[str, dict[str, str], str]:
    found = NAME.match(line)
    assert found, f"no property: {line!r}"
    name, rest, parameters = found[0], line[found.end() :], {}
    while rest.startswith(";"):
        match = re.match(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)', rest)
        assert match, f"no parameter: {rest!r}"
        parameters[match[1]] = _unquoted(match[2].strip('"'))
        rest = rest[match.end() :]
    assert rest.startswith(":"), f"no value: {line!r}"
    return name, parameters, rest[1:]


def _unquoted(value: str) -> str:
    """RFC 6868."""
    return re.sub(r"\^([n^'])", lambda found: {"n": "\n", "^": "^", "'": '"'}[found[1]], value)
