"""Notices: everything the contact needs to answer, in a message that no name can turn into another one."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.adapters.notice_eml import Notice, notice
from cleancut.adapters.words_english import answer
from cleancut.model.dossier import Contact, Dossier
from cleancut.model.verdict import AnswerLine, Standing, Verdict
from outputs import sample, sounding

VERDICTS = (sample.production, sample.clear, sample.hostile)
HEADERS = {"To", "Subject", "X-Unsent", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}


def standing(verdict: Verdict, use: str) -> Standing:
    return next(item for item in verdict.standings if item.use.id == use)


def made(use: str, *, show_prompts: bool = True) -> Notice:
    verdict = sample.production()
    return notice(verdict, standing(verdict, use), show_prompts=show_prompts)


def parsed(eml: bytes) -> EmailMessage:
    message = message_from_bytes(eml, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def words_of(text: str) -> str:
    return " ".join(text.split())


def test_the_message_is_a_draft_to_the_contact() -> None:
    message = parsed(made("ageing").eml)
    assert message["To"] == "Dana Contact <dana@buyer.example>"
    assert (
        message["Subject"]
        == "Blocked, for discussion: generative AI in The Harbour, season 2: De-ageing of Elsa (ageing)"
    )
    assert message["X-Unsent"] == "1"
    assert set(message.keys()) == HEADERS


def test_the_message_says_what_the_text_says() -> None:
    for use in ("ageing", "poster", "notes"):
        assert parsed(made(use).eml).get_content().replace("\r\n", "\n") == made(use).text


def test_a_notice_holds_all_that_a_reply_needs() -> None:
    verdict = sample.production()
    decision = standing(verdict, "ageing").decisions[0]
    text = words_of(made("ageing").text)
    for wanted in (
        "Title: The Harbour, season 2",
        "Judged on: 31 March 2026",
        "In the master: 01:00:20:20 to 01:00:25:04",
        "Pictomatic 4.1 (Picto Labs), tier enterprise",
        "terms read on 10 January 2026 by A. Reader, holds until 31 December 2026: https://picto.example/terms",
        "What is done to a performer or a performance? re-ageing",
        "consent-elsa names lighthouse, not harbour",
        "NFX-D1, blocked.",
        "Not legal advice",
        "Confidential",
        decision.facts_digest,
        decision.pack.digest,
        f"Pack: netflix {decision.pack.version}",
        *(ruling.clause.address for ruling in decision.rulings),
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize(
    ("use", "asked"),
    [
        ("notes", "Nothing is asked for: this is for your information."),
        ("crowd", "Please answer in writing whether this use may go on"),
        ("letter", "Please approve this use in writing, or refuse it. Quote the facts digest below"),
        ("ageing", "This use may not go on before what is listed here is on file."),
    ],
)
def test_what_is_asked_for_follows_the_outcome(use: str, asked: str) -> None:
    assert asked in words_of(made(use).text)


def test_a_blocked_use_lists_what_must_come_first() -> None:
    text = words_of(made("ageing").text)
    first = text[text.index("WHAT IS ASKED FOR") : text.index("WHAT IS PROPOSED")]
    assert "Talent consent: legal must get the person's documented consent to this use" in first


def test_what_is_covered_asks_for_nothing() -> None:
    verdict = sample.clear()
    text = words_of(notice(verdict, verdict.standings[0], show_prompts=True).text)
    assert "Already covered by t. It is sent again for your records; nothing new is asked for." in text


def test_open_questions_say_who_can_answer() -> None:
    assert "Is every step of the vendor's workflow listed and attested? (to be answered by:" in words_of(
        made("crowd").text
    )


def test_prompts_only_on_request() -> None:
    assert "1950s regatta poster" in made("poster").text
    assert "1950s regatta poster" not in made("poster", show_prompts=False).text
    assert "1 prompt on file, left out" in made("poster", show_prompts=False).text
    assert b"regatta poster" not in made("poster", show_prompts=False).eml


def test_sound_is_said_to_be_sound() -> None:
    verdict = sounding.production()
    text = words_of(notice(verdict, standing(verdict, "boat"), show_prompts=True).text)
    assert (
        "In the master: 01:00:05:00 to 01:00:11:00 (picture and sound: track 1: L R), "
        "01:00:25:00 to 01:00:29:00 (sound: track 1: L R), 01:00:32:00 to 01:00:36:00 " in text
    )


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_lines_are_short_where_words_are(make: object) -> None:
    assert callable(make)
    verdict = make()
    for item in verdict.standings:
        made_ = notice(verdict, item, show_prompts=True)
        for line in made_.text.splitlines():
            assert len(line) <= 76 or max(map(len, line.split())) > 60, line
        assert all(len(line) <= 998 for line in made_.eml.split(b"\r\n"))


def addressed(name: str, email: str, title: str = "The Harbour") -> EmailMessage:
    named = replace(sample.title(), name=title, contact=Contact(name, email))
    dossier = Dossier("cleancut/dossier/1", named, (sample.use("u", title),), tools=sample.TOOLS)
    verdict = sample.judged(dossier)
    return parsed(notice(verdict, verdict.standings[0], show_prompts=True).eml)


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_no_name_adds_a_header(text: str) -> None:
    message = addressed(text, "dana@buyer.example", text)
    assert set(message.keys()) == HEADERS
    assert message["To"].addresses[0].addr_spec == "dana@buyer.example"
    assert len(message["To"].addresses) == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_at_all_adds_a_header(name: str, subject: str) -> None:
    verdict = sample.clear()
    titled = replace(verdict.dossier.title, name=subject, contact=Contact(name, "dana@buyer.example"))
    changed = replace(verdict, dossier=replace(verdict.dossier, title=titled))
    message = parsed(notice(changed, verdict.standings[0], show_prompts=True).eml)
    assert set(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["dana@buyer.example"]


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b\r\nBcc: c@d", "a@b.example, c@d.example", "a b@c", "a..b@c.example", "@"]
)
def test_what_is_no_address_is_no_recipient(email: str) -> None:
    message = addressed("Dana", email)
    assert message["To"] is None
    assert "put in the right one" in words_of(message.get_content())
    assert set(message.keys()) == HEADERS - {"To"}


@pytest.mark.parametrize("name", ["Δανάη Επαφή", "דנה", "港 太郎", 'Dana 🚢 "Ö", Contact'])
def test_names_of_every_script_arrive(name: str) -> None:
    message = addressed(name, "dana@buyer.example", name)
    assert message["To"].addresses[0].display_name == name
    assert name in message["Subject"]
    assert name in words_of(message.get_content())


def test_without_a_contact_the_notice_says_so() -> None:
    dossier = Dossier(
        "cleancut/dossier/1", replace(sample.title(), contact=None), (sample.use("u", "Use"),), tools=sample.TOOLS
    )
    verdict = sample.judged(dossier)
    message = parsed(notice(verdict, verdict.standings[0], show_prompts=True).eml)
    assert message["To"] is None
    assert "no contact is named in the dossier" in words_of(message.get_content())


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_same_verdict_same_bytes(make: object) -> None:
    assert callable(make)
    verdict = make()
    for item in verdict.standings:
        one, two = (notice(verdict, item, show_prompts=True) for _ in range(2))
        assert one == two


def test_free_texts_keep_their_underscores() -> None:
    assert answer(AnswerLine("locations", "Where?", ("NF_010_0040",), True, is_free=True)) == "NF_010_0040"
    assert answer(AnswerLine("purpose", "What for?", ("set_prop",), True)) == "set prop"
