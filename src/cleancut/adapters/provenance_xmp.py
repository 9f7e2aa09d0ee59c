"""Marks by XMP: IPTC's digital source type and what stands with it, as elements, attributes or resources, any prefix.

XMP is not signed: anybody can write it, and a copy keeps it only if a program cares to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cleancut.adapters.metadata_carried import Carriage, Packet, decoded
from cleancut.adapters.provenance_tables import bare, says_of
from cleancut.model.marks import Mark, Told

READER = "xmp"
MOST_PROPERTIES = 20_000

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SOURCE_TYPES = frozenset({"digitalsourcetype", "digitalsourcefiletype"})
_SYSTEM, _VERSION, _PROMPT = "aisystemused", "aisystemversionused", "aipromptinformation"
_OF_INGREDIENTS = frozenset({"pantry", "ingredients"})
_LOOSE = re.compile(rb"newscodes/digitalsourcetype/(\w{1,60})", re.IGNORECASE)


@dataclass
class Statements:
    """What the packets of one file say: marks, other properties by name, and where a manifest is said to be."""

    marks: list[Mark] = field(default_factory=list)
    properties: list[tuple[str, str, str]] = field(default_factory=list)
    provenance: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Property:
    name: str
    text: str
    is_of_ingredient: bool


def statements(carriage: Carriage) -> Statements:
    """Reads every packet. One that does not parse is a mark that cannot be read, unless what it states is plain."""
    said = Statements()
    for packet in carriage.packets:
        try:
            properties = list(_properties(fromstring(_trimmed(packet.xml))))
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            said.marks.append(_broken(packet, error))
            continue
        said.marks += _marks(packet, properties)
        said.properties += [(packet.where, prop.name, prop.text) for prop in properties]
        said.provenance += [prop.text for prop in properties if prop.name.lower() == "provenance"]
    return said


def _trimmed(xml: bytes) -> bytes:
    """Without the padding of the packet, which parsers take for content after the end."""
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        xml = xml.decode("utf-16", "replace").encode()
    end = max(xml.rfind(tail) + len(tail) for tail in (b"</x:xmpmeta>", b"</rdf:RDF>", b"</x:xapmeta>"))
    return xml[: end if end > 20 else len(xml)].strip(b"\0 \r\n\t\xef\xbb\xbf")


def _broken(packet: Packet, error: Exception) -> Mark:
    why = f"the XMP does not parse: {error}" if isinstance(error, ParseError) else "the XMP is not safe to parse"
    terms = tuple(dict.fromkeys(bare(decoded(term)) for term in _LOOSE.findall(packet.xml)))
    if says_of(terms) == "yes":
        return Mark("unsigned", READER, terms, note=why, grade="embedded", generative="yes", where=packet.where)
    return Mark("unreadable", READER, note=why, grade="embedded", where=packet.where)


def _properties(root: Element) -> Iterator[_Property]:
    """Every property with a simple value, whether it stands as element, attribute, resource or item of a list."""
    todo, count = [(root, "", False)], 0
    while todo and count < MOST_PROPERTIES:
        element, above, is_inner = todo.pop()
        count += 1
        name = _local(element.tag)
        is_inner = is_inner or name.lower() in _OF_INGREDIENTS
        is_plain = element.tag.startswith(_RDF)
        prop = above if is_plain else name
        for key, value in element.attrib.items():
            if key == _RDF + "resource":
                yield _Property(prop, value.strip(), is_inner)
            elif not key.startswith((_RDF, "{http://www.w3.org/XML/1998/namespace}")):
                yield _Property(_local(key), value.strip(), is_inner)
        if element.text and element.text.strip() and prop:
            yield _Property(prop, element.text.strip(), is_inner)
        todo += [(child, prop, is_inner) for child in reversed(element)]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _marks(packet: Packet, properties: list[_Property]) -> Iterator[Mark]:
    """One mark of the file itself, and one of its ingredients, where either has a source type or names a system."""
    for is_inner in (False, True):
        told = [prop for prop in properties if prop.is_of_ingredient == is_inner]
        terms = tuple(dict.fromkeys(bare(text) for text in _of(told, *SOURCE_TYPES)))
        systems = _of(told, _SYSTEM)
        if not terms and not systems:
            continue
        versions = _of(told, _VERSION)
        named = tuple(" ".join((system, *versions[:1])) for system in systems)
        generative = "yes" if systems else says_of(terms)
        tools = _of(told, "creatortool")
        yield Mark(
            "unsigned",
            READER,
            terms,
            generator=", ".join(dict.fromkeys((*named, *tools))),
            note="stated of an ingredient" if is_inner else "",
            grade="embedded",
            generative=generative,
            where=packet.where,
            tools=named,
            told=Told(prompts=_of(told, _PROMPT)),
        )


def _of(properties: list[_Property], *names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(prop.text for prop in properties if prop.name.lower() in names and prop.text))
