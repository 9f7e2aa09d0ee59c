"""`cleancut decide`, `packs`, `init` and `scan` from outside."""

import json

import pytest

from faces.production import ANSWERS, run, texture, write_video

FACTS = "\n".join(line.strip() for line in ANSWERS.strip().splitlines())
TOOL = {
    "name": "Brush",
    "tier": "enterprise",
    "trains": "no",
    "stores": "no",
    "enterprise_secured": "yes",
    "terms_reviewed": "yes",
}
TOOLS = "\ntools: [" + json.dumps(TOOL) + "]\n"
KEYS = {"schema", "pack", "outcome", "consent_required", "flags", "facts_digest", "rules", "unsure", "way_out"}


@pytest.fixture
def decide(tmp_path):
    def decided(text, *options, code=0):
        facts = tmp_path / "facts.yaml"
        facts.write_text(text, encoding="utf-8")
        done = run(tmp_path / "cache", "decide", facts, *options)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return decided


def test_a_moodboard_is_notify(decide):
    decision = json.loads(decide(FACTS + TOOLS, "--json", "--on", "2026-11-20").stdout)
    assert set(decision) >= KEYS
    assert (decision["outcome"], decision["consent_required"], decision["flags"]) == ("notify", False, [])
    assert [rule["id"] for rule in decision["rules"]] == ["NFX-R0"]
    assert set(decision["rules"][0]) >= {"id", "clause", "outcome", "why", "evidence", "way_out"}
    assert decision["facts_digest"].startswith("sha256:")


def test_applying_a_way_out_gives_its_outcome(decide):
    text = FACTS.replace("inputs: [public]", "inputs: [script]")
    decision = json.loads(decide(text + TOOLS, "--json").stdout)
    assert decision["outcome"] == "blocked"
    assert decision["way_out"]
    base = dict(line.split(": ", 1) for line in FACTS.splitlines())
    base |= {"inputs": ["script"], "medium": ["image"], "tools": [TOOL]}
    for way in decision["way_out"]:
        again = json.loads(decide(json.dumps({**base, **way["change"]}), "--json").stdout)
        assert again["outcome"] == way["outcome"]


def test_words_for_people_name_the_clause_and_the_way_out(decide):
    text = decide(FACTS.replace("p1: yes", "p1: no") + TOOLS).stdout
    assert text.startswith("ESCALATE")
    assert "https://partnerhelp.netflixstudios.com/" in text
    assert "way out:" in text
    assert "not legal advice" in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no facts"),
        ("- a\n", "expected a mapping"),
        ("p1: ja\n", "facts.yaml:1:1: p1: expected yes, no or unsure, found 'ja'"),
        ("p1: True\n", "facts.yaml:1:5: True is not an answer"),
        ("stage: final\n", "there is no fact 'stage'"),
        ("outputstage: final\n", "did you mean output_stage?"),
        ("training_clearance: no\n", "leave it out where there is none"),
        ("description: unsure\n", "leave it out where there is none"),
        ("declared_on: 1.2.2026\n", "a date such as"),
        ("tools: Brush\n", "expected a list of tools"),
        ("tools: [{tier: gold}]\n", "tools.0.tier: expected consumer_free"),
        ("inputs: [scirpt]\n", "did you mean script?"),
        ("a: &x 1\n", "anchors"),
        ("p1: yes\np1: no\n", "twice"),
        ("p1:\n\tyes\n", "facts.yaml:2:1"),
    ],
)
def test_facts_that_will_not_do_are_refused_with_their_place(decide, text, says):
    done = decide(text, "--json", code=2)
    assert says in done.stderr
    assert done.stdout == ""


def test_unknown_and_unsure_are_one_answer_and_escalate(decide):
    for word in ("unsure", "unknown"):
        decision = json.loads(decide(FACTS.replace("likeness: no", f"likeness: {word}") + TOOLS, "--json").stdout)
        assert decision["outcome"] == "escalate"
        assert "likeness" in [question["fact"] for question in decision["unsure"]]


def test_the_pack_comes_from_the_option_then_the_buyer_then_netflix(decide):
    assert "no rule pack 'other'" in decide("buyer: other\n", code=2).stderr
    assert json.loads(decide("buyer: other\n", "--pack", "netflix", "--json").stdout)["pack"]["name"] == "netflix"


def test_late_declaration_is_a_flag(decide):
    late = FACTS + TOOLS + "declared_on: 2026-03-02\nuse_started_on: 2026-03-01\n"
    assert json.loads(decide(late, "--json").stdout)["flags"] == ["late_declaration"]


def test_packs_list_show_and_test(tmp_path):
    assert run(tmp_path, "packs", "list").stdout.startswith("netflix ")
    shown = run(tmp_path, "packs", "show", "netflix").stdout
    assert "NFX-T1 " in shown
    assert "switch incidental_final" in shown
    assert "legal advice" in run(tmp_path, "packs", "show", "netflix", "--source").stdout
    tested = run(tmp_path, "packs", "test")
    assert (tested.returncode, tested.stdout) == (0, "netflix: all examples hold\n")
    assert run(tmp_path, "packs", "show", "nope").returncode == 2
    missing = run(tmp_path, "packs", "test", f"{tmp_path}/nowhere")
    assert (missing.returncode, "nowhere" in missing.stderr) == (2, True)


def test_init_writes_a_dossier_that_reads_and_never_replaces_one(tmp_path):
    folder = tmp_path / "my film"
    assert run(tmp_path / "c", "init", folder).returncode == 0
    again = run(tmp_path / "c", "init", folder)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    checked = run(tmp_path / "c", "check", folder / "dossier.yaml", "--on", "2026-11-20", "--out", tmp_path / "out")
    assert checked.returncode in (2, 4), checked.stderr  # reads; there is no master yet
    assert "dossier.yaml:" not in checked.stderr


def test_scan_writes_json_to_a_file_or_to_stdout(production, tmp_path):
    dossier, cache = production
    master, folder, target = dossier.with_name("master.mp4"), dossier.with_name("material"), tmp_path / "f.json"
    assert run(cache, "scan", master, "--for", folder, "--json", target).returncode == 0
    record = json.loads(target.read_text())
    assert record == json.loads(run(cache, "scan", master, "--for", folder, "--json", "-").stdout)
    assert record["schema"] == "cleancut/scan/1"
    assert record["master"]["rate"] == "24/1"
    assert record["coverage"]["sound"]["not_examined"]
    (found,) = record["findings"]
    assert (found["timecode_in"], found["class"], found["medium"]) == ("00:00:01:16", "match", "picture")
    assert "temp.mp4" in run(cache, "scan", master, "--for", folder).stdout


def test_scan_finds_nothing_where_nothing_is_and_says_all_was_examined(production, tmp_path):
    dossier, cache = production
    other = tmp_path / "other"
    other.mkdir()
    write_video(tmp_path / "plain.mp4", [texture(77)] * 48)
    done = run(cache, "scan", tmp_path / "plain.mp4", "--for", dossier.with_name("material"), "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["findings"] == []
    empty = run(cache, "scan", tmp_path / "plain.mp4", "--for", other)
    assert empty.returncode == 0
    assert ", 0 found" in empty.stdout


def test_a_damaged_file_of_the_register_is_exit_4(production, tmp_path):
    dossier, cache = production
    folder = tmp_path / "material"
    folder.mkdir()
    (folder / "broken\n'name\".mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 400)
    done = run(cache, "scan", dossier.with_name("master.mp4"), "--for", folder, "--json", "-")
    assert done.returncode == 4
    assert json.loads(done.stdout)["coverage"]["material"]["not_examined"][0]["material"] == "broken\n'name\".mp4"


@pytest.mark.parametrize("content", [None, b"", b"not a film", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200])
def test_a_master_that_yields_no_frame_is_exit_2(production, tmp_path, content):
    dossier, cache = production
    master = tmp_path / "master.mp4"
    if content is not None:
        master.write_bytes(content)
    done = run(cache, "scan", master, "--for", dossier.with_name("material"), "--json", tmp_path / "f.json")
    assert done.returncode == 2
    assert str(master) in done.stderr
    assert not (tmp_path / "f.json").exists()
