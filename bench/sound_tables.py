"""The results of the sound bench as Markdown."""

from __future__ import annotations

from collections import Counter
from typing import Any

from measures import percent, rate

TARGETS = {"A": 0.99, "B": 0.95, "C": 0.90, "D": 0.80, "E": None}
MEANS = {
    "A": "as it is: codecs, level, equaliser, dynamics, fades, trims, sample rates",
    "B": "mixed: under dialogue or effects up to 6 dB louder, reverb, loops, two materials at once",
    "C": "PAL speed-up, tempo 0.8 to 1.25, pitch ±3 semitones",
    "D": "1 to 3 s, under dialogue up to 12 dB louder, tempo 0.5 to 2, pitch ±6 semitones",
    "E": "layouts and combinations; no target",
}


def written(all_: dict[str, Any]) -> str:
    """The tables, for people."""
    systems = list(all_["scores"])
    first = all_["scores"][systems[0]]
    masters, negatives = (first["alarms"][place]["hours"] for place in ("master", "negative"))
    register = all_["register"]
    return "\n".join(
        [
            f"# Sound bench, {all_['split']} set",
            "",
            f"{all_['date']}. {all_['machine']}. Seed {all_['truth']['seed']}.",
            "Made by `bench/sound.py`; what the words mean stands at its top and in `bench/sound_mix.py`.",
            "",
            f"{sum(g['n'] for g in first['groups'].values())} segments, {all_['truth']['distractors']} distractors;",
            f"{masters:.1f} h of masters, {negatives:.1f} h of negatives;",
            f"{register['materials']} materials, {register['minutes']:.0f} minutes.",
            "",
            *_recall(all_, systems, first),
            *_alarms(all_, systems),
            *_ends(all_, systems),
            *_cost(all_),
            "## What others promise",
            "",
            "Not measured here, for it is a closed service: Pex states for its matching of sound that it finds",
            "excerpts from one second, at 50 to 200 % of the speed, and from 9 semitones down to 12 up.",
            "",
            "## Versions",
            "",
            *[f"- {name}: {version}" for name, version in all_["versions"].items()],
            "",
        ]
    )


def _recall(all_: dict[str, Any], systems: list[str], first: dict[str, Any]) -> list[str]:
    head = "| | n | target |" + "".join(f" {s} | at zero |" for s in systems)
    rule = "|---|---|---|" + "---|---|" * len(systems)
    lines = [
        "## Found",
        "",
        "Recall, 95 % interval in brackets; *at zero*: with the threshold that leaves no false alarm anywhere.",
        "",
        head,
        rule,
    ]
    for group, target in TARGETS.items():
        if group in first["groups"]:
            aim, count = percent(target) if target else "", first["groups"][group]["n"]
            lines.append(f"| **{group}** {MEANS[group]} | {count} | {aim} |" + cells(all_, systems, "groups", group))
        lines += [
            f"| {name} | {row['n']} | |" + cells(all_, systems, "families", name)
            for name, row in first["families"].items()
            if first["group_of"][name] == group
        ]
    lines += [
        "",
        "With the threshold that leaves one false alarm an hour:",
        "",
        "| |" + "".join(f" {s} |" for s in systems),
    ]
    lines.append("|---|" + "---|" * len(systems))
    for group in first["groups"]:
        shares = [percent(all_["scores"][s]["groups"][group]["recall_at_one"]) for s in systems]
        lines.append(f"| {group} | " + " | ".join(shares) + " |")
    lines += ["", "By kind of material, groups A to D:", "", head, rule]
    lines += [
        f"| {kind} | {row['n']} | |" + cells(all_, systems, "kinds", kind)
        for kind, row in first["kinds"].items()
        if row["n"]
    ]
    return [*lines, ""]


def _alarms(all_: dict[str, Any], systems: list[str]) -> list[str]:
    lines = [
        "## False alarms",
        "",
        "An hour, and in all. Of siblings and of patterns from the same kit: how often match, related, of how many.",
        "",
        "| | masters | negatives | related | siblings | same kit |",
        "|---|---|---|---|---|---|",
    ]
    for s in systems:
        alarms = all_["scores"][s]["alarms"]
        places = [alarms["master"], alarms["negative"]]
        counts, near = Counter(alarms["distractors"]), sum(p["related"] for p in places)
        shown = [f"{p['match_per_hour']:.2f} ({p['match']})" for p in places]
        shown.append(f"{near / max(1e-9, sum(p['hours'] for p in places)):.2f} ({near})")
        shown += [f"{counts[h + ', match']}, {counts[h + ', related']}, {counts[h]}" for h in ("sibling", "same kit")]
        lines.append(f"| {s} | " + " | ".join(shown) + " |")
    return [*lines, ""]


def _ends(all_: dict[str, Any], systems: list[str]) -> list[str]:
    lines = [
        "## Ends, speed and pitch, of found segments",
        "",
        "Median and 90th percentile of how far they are off. *To the ear*: where the material is silent around the cut",
        "(softer than -60 dB in the registered file), any place in that silence is right.",
        "",
        "| | ends | within 100 ms | to the ear | speed | pitch, semitones |",
        "|---|---|---|---|---|---|",
    ]
    for s in systems:
        of = all_["scores"][s]
        for group, row in [*of["groups"].items(), ("all", of.get("all", {}))]:
            if "ends" not in row:
                continue
            ends, speed, pitch = row["ends"], row.get("speed_off"), row.get("pitch_off")
            shown = [f"{1000 * ends['median']:.0f} ms, {1000 * ends['p90']:.0f} ms", percent(ends["within_100_ms"])]
            shown.append(percent(ends["heard_within_100_ms"]) if "heard_within_100_ms" in ends else "")
            shown.append(f"{100 * speed['median']:.2f} %, {100 * speed['p90']:.2f} %" if speed else "")
            shown.append(f"{pitch['median']:.2f}, {pitch['p90']:.2f}" if pitch else "")
            lines.append(f"| {s}, {group} | " + " | ".join(shown) + " |")
    return [*lines, ""]


def _cost(all_: dict[str, Any]) -> list[str]:
    lines = [
        "## Cost",
        "",
        "Files without pictures. *decode* is ffmpeg on the same files in the same run.",
        "",
        "| | times real time | processor seconds an hour | register, times real time | bytes a minute | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for name, cost in all_["costs"].items():
        shown = [f"{cost['times_real_time']:.0f}", f"{cost['cpu_per_hour']:.0f}", "", "", ""]
        if "peak_bytes" in cost:
            shown[2:] = [
                f"{cost['register_times']:.0f}",
                f"{cost['bytes_per_minute']:,.0f}",
                f"{cost['peak_bytes'] / 2**30:.2f} GiB",
            ]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    if all_.get("sizes"):
        lines += [
            "",
            "A scan of two hours, decoding and all, against a register grown with changed copies of real",
            "fingerprints: the first of that register, which makes what is kept of it, and another. *Mapped* are",
            "pages of files, which the system takes back when it needs room.",
            "",
            "| minutes | materials | scan | seconds | processor seconds | prints | peak memory | mapped | false |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
    for row in all_.get("sizes", []):
        shown = [f"{row['minutes']:,}", f"{row['materials']:,}", "first" if row["is_first"] else "another"]
        shown += [f"{row['wall']:.1f}", f"{row['cpu']:.1f}", f"{row['bytes'] / 2**20:.0f} MiB"]
        shown += [f"{row[name] / 2**30:.2f} GiB" for name in ("peak_bytes", "peak_mapped_bytes")]
        shown.append(str(row["false"]))
        lines.append("| " + " | ".join(shown) + " |")
    return [*lines, ""]


def cells(all_: dict[str, Any], systems: list[str], part: str, name: str) -> str:
    shown = []
    for s in systems:
        row = all_["scores"][s][part].get(name)
        shown.append(f" {rate(row)} | {percent(row['recall_at_zero'])} |" if row else " | |")
    return "".join(shown)
