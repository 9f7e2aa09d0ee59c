"""`cleancut check` from outside: what it writes, its exit codes, and that an end midway leaves nothing half done."""

import csv
import io
import json
import os
import resource
import signal
import subprocess
import time
import zipfile

import pytest

from faces.production import command, environment, run

MARKERS = {f"markers.{ending}" for ending in ("csv", "edl", "fcpxml", "otio", "txt", "xml")}
FILES = {"verdict.json", "report.html", "cue-sheet.csv", "cue-sheet.xlsx", *MARKERS, "notices"}


def content(path):
    """What a file holds; of a workbook, what its parts hold."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return b"".join(map(parts.read, parts.namelist()))


def test_the_temp_shot_in_the_master_holds_delivery(production, tmp_path):
    dossier, cache = production
    out = tmp_path / "out"
    done = run(cache, "check", dossier, "--on", "2026-11-20", "--out", out)
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""  # quiet without a terminal
    assert done.stdout.lstrip().startswith("HOLD")
    assert {path.name for path in out.iterdir()} == FILES
    assert {path.name for path in (out / "notices").iterdir()} == {"board.eml", "board.txt", "temp.eml", "temp.txt"}
    verdict = json.loads((out / "verdict.json").read_text())
    assert verdict["verdict"] == "hold"
    (found,) = verdict["findings"]
    assert (found["material"], found["attribution"], found["uses"]) == ("temp.mp4", "declared_temporary", ["temp"])
    assert abs(found["first_frame"] - 40) <= 1
    assert abs(found["end_frame"] - 80) <= 1
    assert verdict["master"]["frames"] == 120
    assert verdict["uses"][1]["decisions"][0]["flags"] == ["violation"]
    rows = list(csv.reader(io.StringIO((out / "cue-sheet.csv").read_text("utf-8-sig"))))
    assert any("temp.mp4" in row for row in rows)


def test_same_input_same_bytes_wherever_the_folder_lies(production, tmp_path):
    dossier, cache = production
    outs = [tmp_path / "one", tmp_path / "two"]
    for out, kept in zip(outs, (cache, tmp_path / "fresh"), strict=True):
        run(kept, "check", dossier, "--on", "2026-11-20", "--out", out)
    for path in outs[0].rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (outs[1] / path.relative_to(outs[0])).read_bytes(), path.name


def test_frames_and_prompts_stay_out_where_asked(production, tmp_path):
    dossier, cache = production
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "with")
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "out", "--no-frames", "--no-prompts")
    report = (tmp_path / "out" / "report.html").read_text()
    assert "data:image" in (tmp_path / "with" / "report.html").read_text()
    assert "data:image" not in report
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert b"harbour at dusk" not in content(path), path.name
    assert "harbour at dusk" in (tmp_path / "with" / "verdict.json").read_text()


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("deliverable: master.mp4", "deliverable: lost.mp4"), 2, "lost.mp4: no such file"),
        (("material: material", "material: lost"), 2, "the material folder 'lost' is not there"),
        (("p1: yes", "p1: True"), 2, "True is not an answer"),
        (("p1: yes", "p1: maybe"), 2, "expected yes, no or unsure, found 'maybe'"),
        (("p1: yes", "p9: yes"), 2, "there is no fact 'p9'"),
        (("p1: yes", "prominence: incidental"), 2, "derived from records, never declared"),
        (("p1: yes", "person: nobody"), 2, "nothing under people has the id 'nobody'"),
        (("p1: yes", "tools: [brush]"), 2, "not an answer of a use"),
        (("tools: [brush]", "tools: [brsh]"), 2, "nothing under tools has the id 'brsh'"),
        (("title: {", "titel: {"), 2, "did you mean title?"),
        (("schema: cleancut/dossier/1", "schema: cleancut/dossier/1\npacks: [nowhere]"), 2, "no rule pack 'nowhere'"),
        (("cleancut/dossier/1", "cleancut/dossier/9"), 2, "expected cleancut/dossier/1"),
    ],
)
def test_input_that_will_not_do_is_refused_before_any_work(production, tmp_path, change, code, says):
    dossier, cache = production
    changed = dossier.with_name("changed.yaml")
    changed.write_text(dossier.read_text().replace(*change, 1))
    done = run(cache, "check", changed, "--out", tmp_path / "out")
    changed.unlink()
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_a_deliverable_nothing_is_clear(production, tmp_path):
    dossier, cache = production
    changed = dossier.with_name("no-master.yaml")
    changed.write_text(dossier.read_text().replace("deliverable: master.mp4\n", ""))
    done = run(cache, "check", changed, "--on", "2026-11-20", "--out", tmp_path / "out")
    changed.unlink()
    assert done.returncode == 4
    assert json.loads((tmp_path / "out" / "verdict.json").read_text())["verdict"] == "incomplete"


def test_a_truncated_master_is_incomplete_or_held_never_clear(production, tmp_path):
    dossier, cache = production
    cut = dossier.with_name("cut.mkv")
    subprocess.run(["ffmpeg", "-v", "error", "-i", dossier.with_name("master.mp4"), "-c", "copy", cut], check=True)
    data = cut.read_bytes()
    cut.write_bytes(data[: len(data) // 4])
    changed = dossier.with_name("cut.yaml")
    changed.write_text(dossier.read_text().replace("master.mp4", "cut.mkv"))
    done = run(cache, "check", changed, "--on", "2026-11-20", "--out", tmp_path / "out")
    for path in (cut, changed):
        path.unlink()
    assert done.returncode == 4, done.stdout + done.stderr
    assert "not examined" in done.stdout


def test_a_folder_that_is_not_ours_is_never_touched(production, tmp_path):
    dossier, cache = production
    (tmp_path / "keep.txt").write_text("mine")
    done = run(cache, "check", dossier, "--out", tmp_path)
    assert done.returncode == 2
    assert "holds files that no check wrote" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]
    done = run(cache, "check", dossier, "--out", tmp_path / "keep.txt")
    assert done.returncode == 2
    assert (tmp_path / "keep.txt").read_text() == "mine"


def test_an_older_result_is_replaced_as_a_whole(production, tmp_path):
    dossier, cache = production
    out = tmp_path / "out"
    out.mkdir()
    (out / "verdict.json").write_text('{"schema": "cleancut/verdict/1"}')
    (out / "notices").mkdir()
    (out / "notices" / "gone.txt").write_text("old")
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", out)
    assert {path.name for path in out.iterdir()} == FILES
    assert not (out / "notices" / "gone.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (out / "signed.pdf").write_text("mine")
    done = run(cache, "check", dossier, "--on", "2026-11-20", "--out", out)
    assert (done.returncode, (out / "signed.pdf").read_text()) == (2, "mine")


def test_ctrl_c_says_so_leaves_nothing_and_the_next_run_ends_the_same(production, tmp_path):
    dossier, _cache = production
    fresh, out = tmp_path / "cache", tmp_path / "out"
    process = subprocess.Popen(
        command("check", dossier, "--on", "2026-11-20", "--out", out, "--progress"),
        env=environment(fresh),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while "register" not in process.stderr.readline():
        assert process.poll() is None  # else it is at work
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert not out.exists()
    assert run(fresh, "check", dossier, "--on", "2026-11-20", "--out", out).returncode == 1
    assert {path.name for path in out.iterdir()} == FILES


@pytest.mark.parametrize("limit", [200, 3000])
def test_a_full_disk_while_writing_leaves_what_was_there(production, tmp_path, limit):
    dossier, cache = production
    out = tmp_path / "out"
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", out)
    before = (out / "verdict.json").read_bytes()

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = run(cache, "check", dossier, "--on", "2026-11-19", "--out", out, preexec_fn=full)
    assert done.returncode == 3
    assert "cannot be written: file too large" in done.stderr
    assert (out / "verdict.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_in_the_cache_is_said_and_nothing_is_written(production, tmp_path):
    dossier, _ = production

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))  # what readers may raise again

    done = run(tmp_path / "cache", "check", dossier, "--out", tmp_path / "out", preexec_fn=full)
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert not (tmp_path / "out").exists()
    assert run(tmp_path / "cache", "check", dossier, "--out", tmp_path / "out").returncode == 1


def test_what_is_written_is_readable_by_others_only_as_the_user_allows(production, tmp_path):
    dossier, cache = production
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "out")
    modes = {path.stat().st_mode & 0o777 for path in cache.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert cache.stat().st_mode & 0o777 == 0o700
    assert os.access(tmp_path / "out" / "report.html", os.R_OK)


def test_a_second_run_decodes_nothing(production, tmp_path):
    dossier, cache = production
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "out")
    entries = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    time.sleep(0.01)
    run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == entries


def test_what_is_another_since_an_earlier_check_is_said_everywhere(production, tmp_path):
    dossier, cache = production
    first, out = tmp_path / "first", tmp_path / "out"
    run(cache, "check", dossier, "--on", "2026-11-19", "--out", first)
    verdict = json.loads((first / "verdict.json").read_text())
    (was,) = verdict["findings"]
    verdict["findings"] = [{**was, "first_frame": was["first_frame"] - 12, "end_frame": was["end_frame"] - 12}]
    verdict["engine"] = {**verdict["engine"], "version": "0"}
    (first / "verdict.json").write_text(json.dumps(verdict))
    done = run(cache, "check", dossier, "--on", "2026-11-20", "--out", out, "--since", first / "verdict.json")
    assert done.returncode == 1, done.stderr
    assert "Since 2026-11-19 (hold then, hold now):" in done.stdout
    assert "picture of temp.mp4 [temp]: moved to" in done.stdout
    assert "12 frames later" in done.stdout
    assert "not comparable: engine:" in done.stdout
    changes = json.loads((out / "changes.json").read_text())
    (change,) = changes["findings"]
    assert (change["kind"], change["by_frames"], change["uses"]) == ("moved", 12, ["temp"])
    assert [caveat["about"] for caveat in changes["caveats"]] == ["engine"]
    assert "Since the check of" in (out / "report.html").read_text()
    assert {path.name for path in out.iterdir()} == {*FILES, "changes.json"}
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".json"}
    assert run(cache, "check", dossier, "--on", "2026-11-20", "--out", out, "--since", first).returncode == 1
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".json"} == before
    assert run(cache, "check", dossier, "--on", "2026-11-20", "--out", out).returncode == 1
    assert {path.name for path in out.iterdir()} == FILES  # what is no longer asked for does not stay behind


def test_an_earlier_verdict_of_another_title_is_refused(production, tmp_path):
    dossier, cache = production
    run(cache, "check", dossier, "--on", "2026-11-19", "--out", tmp_path / "first")
    file = tmp_path / "first" / "verdict.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "title": {"id": "other"}}))
    done = run(cache, "check", dossier, "--out", tmp_path / "out", "--since", file)
    assert done.returncode == 2
    assert "is a verdict on the title 'other'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_fast_check_says_what_it_left_out(production, tmp_path):
    dossier, cache = production
    done = run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "out", "--fast")
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["verdict"] != "clear", done.stderr
    (found,) = verdict["findings"]
    assert found["material"] == "temp.mp4"
    picture = verdict["coverage"]["picture"]
    if picture["not_examined"]:
        assert "the fast scan left out" in done.stdout
        assert "without --fast" in done.stdout
        assert "the fast scan left out" in (tmp_path / "out" / "report.html").read_text()
