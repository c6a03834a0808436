"""REFI-QDA projects and codebooks: what is written is valid, and an independent reader finds every mention in its place."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyloom.export.refi_codes import write_codebook
from policyloom.export.refi_project import write_project
from policyloom.framework import Framework
from policyloom.framework.colours import hex_colours
from policyloom.packages import parse_xml
from policyloom.records import Block, Claim, Document, Mention, Metadata, Sentence, Tagged
from policyloom.refi.codebook import read_codebook
from policyloom.refi.positions import count_code_points, count_nvivo, positions_for_nvivo
from policyloom.refi.project import read_project

PROJECT = "{urn:QDA-XML:project:1.0}"

CHILDREN = {
    "Project": ["Users", "CodeBook", "Sources", "Links", "Sets"],
    "Users": ["User"],
    "CodeBook": ["Codes", "Sets"],
    "Codes": ["Code"],
    "Code": ["Description", "Code"],
    "Sources": ["TextSource"],
    "TextSource": ["Description", "PlainTextSelection"],
    "PlainTextSelection": ["Description", "Coding"],
    "Coding": ["CodeRef"],
    "Links": ["Link"],
    "Sets": ["Set"],
    "Set": ["MemberCode"],
}
"""The order in which the standard lets elements stand in one another, as far as policyloom writes them."""

REQUIRED = {
    "Project": {"name"}, "User": {"guid"}, "Code": {"guid", "name", "isCodable"}, "TextSource": {"guid"},
    "PlainTextSelection": {"guid", "startPosition", "endPosition"}, "Coding": {"guid"}, "CodeRef": {"targetGUID"},
    "Link": {"guid"}, "Set": {"guid", "name"},
}  # fmt: skip
"""The attributes that the standard wants."""

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def make_texts() -> list[Tagged]:
    """Two documents; the first has signs beyond the basic plane, and several lines before its mentions."""
    text = "Plan 𝒜 for 🎓\n\nGrants raise skills.\nGrants & <loans> will be paid to \x0cfirms."
    first = Document(
        "plan", "plan.pdf", "aa", 0, "en", Metadata(title="Plan"), text, (Block("paragraph", 0, len(text)),)
    )

    def at(words: str, label: str, kind: str, sentence: int, **more: object) -> Mention:
        start = text.index(words)
        return Mention(start, start + len(words), kind, label, sentence, **more)  # type: ignore[arg-type]

    mentions = (
        at("Grants", "T1.4", "mechanism", 0, source="term: grant", probability=0.9),
        at("raise skills", "S1", "outcome", 0),
        at("Grants & <loans>", "T1", "mechanism", 1, status="planned"),
        at("firms", "ORG.enterprise", "entity", 1, name="firms"),
    )
    starts = text.index("Grants"), text.index("Grants & ")
    sentences = (Sentence(starts[0], starts[1] - 1, 0), Sentence(starts[1], len(text), 0))
    claims = (
        Claim("leads_to", 0, 1, (mentions[1].start, mentions[1].start + 5), 0),
        Claim("leads_to", 2, 1, (mentions[1].start, mentions[1].start + 5), 0, polarity="negative"),
    )
    other = replace(first, id="other", source="other.txt", text="No words.", blocks=())
    return [Tagged(first, sentences, mentions, claims), Tagged(other, (), ())]


def write(tmp_path: Path, framework: Framework, *, for_nvivo: bool = False, name: str = "a.qdpx") -> Path:
    path = tmp_path / name
    write_project(make_texts(), framework, path, name="run", coder="policyloom (rules)", for_nvivo=for_nvivo)
    return path


def qde(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as packed:
        return ET.fromstring(packed.read("project.qde"))


def check_structure(element: ET.Element, namespace: str) -> None:
    assert element.tag.startswith(f"{{{namespace}}}")
    name = element.tag.rpartition("}")[2]
    assert REQUIRED.get(name, set()) <= set(element.keys())
    children = [child.tag.rpartition("}")[2] for child in element]
    order = CHILDREN.get(name, [])
    assert set(children) <= set(order)
    assert children == sorted(children, key=order.index)
    if name in ("Users", "Codes", "Sources", "Links", "Sets"):
        assert children  # the standard wants at least one
    for key, value in element.items():
        if "guid" in key.lower() or key == "creatingUser":
            assert GUID.fullmatch(value)
        if key == "color":
            assert re.fullmatch("#[0-9a-f]{6}", value)
    for child in element:
        check_structure(child, namespace)


def read_by_the_standard(path: Path) -> Iterator[tuple[str, str, list[str], str]]:
    """Document, words, names of codes and user of each selection, read with the standard's text alone."""
    with zipfile.ZipFile(path) as packed:
        root = ET.fromstring(packed.read("project.qde"))
        codes = {code.get("guid"): code.get("name") for code in root.iter(f"{PROJECT}Code")}
        users = {user.get("guid"): user.get("name") for user in root.iter(f"{PROJECT}User")}
        for source in root.iter(f"{PROJECT}TextSource"):
            path_in = (source.get("plainTextPath") or "").replace("internal://", "sources/")
            text = packed.read(path_in).decode("utf-8")
            for selection in source.iter(f"{PROJECT}PlainTextSelection"):
                words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]  # type: ignore[arg-type]
                refs = [ref.get("targetGUID") for ref in selection.iter(f"{PROJECT}CodeRef")]
                by = {users[coding.get("creatingUser")] for coding in selection.iter(f"{PROJECT}Coding")}
                yield str(source.get("name")), words, [str(codes[ref]) for ref in refs], str(*by)


@pytest.mark.parametrize("for_nvivo", [False, True])
def test_a_project_has_the_structure_of_the_standard(
    for_nvivo: bool, tmp_path: Path, framework: Framework
) -> None:
    root = qde(write(tmp_path, framework, for_nvivo=for_nvivo))
    check_structure(root, "urn:QDA-XML:project:1.0")
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    for element in root.iter():
        for key in ("targetGUID", "originGUID", "creatingUser"):
            assert element.get(key) in (None, *guids)


def test_every_mention_is_read_back_by_the_standard(tmp_path: Path, framework: Framework) -> None:
    coder = "policyloom (rules)"
    grants = f"T1.4 {framework['T1.4'].label}"
    assert list(read_by_the_standard(write(tmp_path, framework))) == [
        ("plan", "Grants", [grants, "affirmed"], coder),
        ("plan", "raise skills", [f"S1 {framework['S1'].label}", "affirmed"], coder),
        ("plan", "Grants & <loans>", [f"T1 {framework['T1'].label}", "planned"], coder),
        ("plan", "firms", ["ORG.enterprise"], coder),
    ]


def test_for_nvivo_positions_are_utf16_units_of_a_text_with_crlf(
    tmp_path: Path, framework: Framework
) -> None:
    path = write(tmp_path, framework, for_nvivo=True)
    selection = next(qde(path).iter(f"{PROJECT}PlainTextSelection"))
    with zipfile.ZipFile(path) as packed:
        (name,) = (n for n in packed.namelist() if n.endswith(".txt") and packed.getinfo(n).file_size > 20)
        units = packed.read(name).decode("utf-8").encode("utf-16-le")
    start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))  # type: ignore[arg-type]
    assert units[2 * start : 2 * end].decode("utf-16-le") == "Grants"
    assert start == len("Plan __ for __\r\n\r\n")


@pytest.mark.parametrize("for_nvivo", [False, True])
def test_read_project_gives_back_what_was_written(
    for_nvivo: bool, tmp_path: Path, framework: Framework
) -> None:
    first, other = make_texts()
    project = read_project(write(tmp_path, framework, for_nvivo=for_nvivo))
    assert [(s.name, s.text) for s in project.sources] == [
        ("plan", first.document.text),
        ("other", other.document.text),
    ]
    spans = dict.fromkeys((c.start, c.end) for c in project.codings)
    assert list(spans) == [(m.start, m.end) for m in first.mentions]
    assert project.coders == ("policyloom (rules)",)
    assert [link.name for link in project.links] == ["leads_to", "leads_to, denied"]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path, framework: Framework) -> None:
    assert write(tmp_path, framework).read_bytes() == write(tmp_path, framework, name="b.qdpx").read_bytes()


def test_a_project_of_nothing_is_valid(tmp_path: Path, framework: Framework) -> None:
    write_project([], framework, tmp_path / "a.qdpx", name="run", coder="c")
    check_structure(qde(tmp_path / "a.qdpx"), "urn:QDA-XML:project:1.0")


def test_a_stretch_says_why_it_was_found(tmp_path: Path, framework: Framework) -> None:
    selection = next(qde(write(tmp_path, framework)).iter(f"{PROJECT}PlainTextSelection"))
    assert selection.findtext(f"{PROJECT}Description") == (
        "found by: term: grant\nprobability: 0.90\nstatus: affirmed (1.00)"
    )


def test_a_codebook_is_a_tree_with_definitions_colours_and_sets(tmp_path: Path, framework: Framework) -> None:
    write_codebook(framework, tmp_path / "a.qdc")
    check_structure(ET.parse(tmp_path / "a.qdc").getroot(), "urn:QDA-XML:codebook:1.0")
    book = read_codebook(tmp_path / "a.qdc")
    by_name = {code.name: code for code in book.codes}
    part = by_name[f"T1.4 {framework['T1.4'].label}"]
    whole = by_name[f"T1 {framework['T1'].label}"]
    assert part.parent == whole.guid
    assert part.description.startswith(framework["T1.4"].definition[:40])
    assert not by_name["Strategies"].is_codable
    assert whole.parent == by_name["Strategies"].guid
    assert {"affirmed", "planned", "lacking", "negated"} <= by_name.keys()
    assert {name: len(guids) for name, guids in book.sets}["outcome"] == len(framework.ids("outcome"))


def test_colours_tell_kinds_and_outermost_elements_apart(framework: Framework) -> None:
    colours = hex_colours(framework)
    tops = [id for kind in ("outcome", "challenge", "mechanism") for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]
    assert len({colours[id] for id in tops}) == len(tops)
    assert colours["T1.4"] == colours["T1"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_positions_for_nvivo_count_utf16_units_over_crlf(text: str) -> None:
    positions = positions_for_nvivo(text)
    units = text.replace("\n", "\r\n").encode("utf-16-le")
    assert positions[-1] * 2 == len(units)
    for at, ch in enumerate(text):
        assert units[2 * positions[at] : 2 * positions[at + 1]].decode("utf-16-le") in (ch, "\r\n")


@given(st.text(st.sampled_from("ab\r\n𝒜é")))
def test_counted_texts_have_line_feeds_alone_and_the_places_of_their_characters(stored: str) -> None:
    counted = count_code_points(stored)
    assert counted.text == stored.replace("\r\n", "\n").replace("\r", "\n")
    for at, ch in enumerate(counted.text):
        assert stored[counted.positions[at]] in ((ch,) if ch != "\n" else ("\r", "\n"))
        assert counted.place(counted.positions[at]) == at
    assert counted.place(len(stored)) == counted.place(len(stored) + 99) == len(counted.text)
    assert count_nvivo(stored).text == counted.text


def make_zip(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/"), data)
    return path


MINIMAL = (
    '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="{origin}"><Users><User guid="{{AA}}" name="Ann"/></Users>'
    '<CodeBook><Codes><Code guid="C1" name="c" isCodable="true"/></Codes></CodeBook><Sources>'
    '<TextSource guid="S1" name="t" plainTextPath="internal://X.TXT"><PlainTextSelection guid="1" startPosition="{start}" '
    'endPosition="{end}" creatingUser="aa"><Coding guid="2"><CodeRef targetGUID="{{c1}}"/></Coding></PlainTextSelection>'
    "</TextSource></Sources></Project>"
)


def test_another_program_may_name_its_file_and_folder_as_it_likes(tmp_path: Path) -> None:
    xml = MINIMAL.format(origin="MAXQDA", start=6, end=8)
    path = make_zip(
        tmp_path / "a.qdpx", **{"My Study.QDE": xml, "Sources__x.txt": "\ufeffa\r\nb\r\ncd".encode()}
    )
    project = read_project(path)
    (coding,) = project.codings
    assert project.sources[0].text[coding.start : coding.end] == "cd"
    assert (coding.coder, coding.code) == ("Ann", project.codebook.codes[0].guid)


def test_atlas_ti_counts_the_end_of_a_line_once(tmp_path: Path) -> None:
    xml = MINIMAL.format(origin="ATLAS.ti for Windows 23", start=4, end=6)
    path = make_zip(tmp_path / "a.qdpx", **{"project.qde": xml, "sources__x.txt": b"a\r\nb\r\ncd"})
    project = read_project(path)
    (coding,) = project.codings
    assert project.sources[0].text[coding.start : coding.end] == "cd"


@pytest.mark.parametrize("stored", ["🎓\r\nb\r\ncd", "🎓\nb\ncd"])
def test_a_project_of_nvivo_is_read_as_nvivo_counts(stored: str, tmp_path: Path) -> None:
    xml = MINIMAL.format(origin="NVivo 14", start=7, end=9)
    path = make_zip(tmp_path / "a.qdpx", **{"project.qde": xml, "sources__x.txt": stored.encode()})
    project = read_project(path)
    (coding,) = project.codings
    assert project.sources[0].text[coding.start : coding.end] == "cd"


def test_texts_outside_the_project_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    xml = MINIMAL.format(origin="", start=0, end=2).replace(
        "internal://X.TXT", f"absolute://{tmp_path}/secret.txt"
    )
    project = read_project(make_zip(tmp_path / "a.qdpx", **{"p.qde": xml}))
    assert project.sources == ()
    assert project.without_text == ("t",)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project xmlns="urn:QDA-XML:project:1.0" name="&b;"/>'


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.qde": BOMB}, "document type"),
        ({"a.qde": "<a>" * 300 + "</a>" * 300}, "more than 250 elements"),
        ({"a.qde": "<Project/>", "b.qde": "<Project/>"}, "holds 2 files that end in .qde"),
        ({"a.txt": "x"}, "holds 0 files that end in .qde"),
        ({"a.qde": "<Other/>"}, "its root is Other"),
        ({"a.qde": "<Project"}, "damaged"),
    ],
)
def test_a_file_that_is_no_project_or_a_trap_is_refused(
    members: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        read_project(make_zip(tmp_path / "a.qdpx", **members))


def test_a_project_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policyloom.packages.MAX_UNPACKED", 1000)
    xml = MINIMAL.format(origin="", start=0, end=1)
    path = make_zip(tmp_path / "a.qdpx", **{"a.qde": xml, "sources__x.txt": b"x" * 2000})
    with pytest.raises(ValueError, match="unpacks to 2,000 bytes; the most that is read is 1,000"):
        read_project(path)


def test_parse_xml_reads_what_has_no_document_type() -> None:
    assert parse_xml(b"<a><b/></a>")[0].tag == "b"
