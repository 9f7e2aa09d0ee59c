"""The results of the picture bench as Markdown."""

from __future__ import annotations

from collections import Counter
from typing import Any

from measures import percent, rate
from picture_families import GROUPS
from picture_stages import MEANS, STAGES

ABOUT = {
    "A": "whole pictures, changed",
    "B": "titles, insets from 25 %, combinations of three",
    "C": "blends from 0.4, dissolves, stills to 2x",
    "D": "hard crops, splits, screens, turned by up to 15°, time, stills to 3x",
    "E": "small insets, 8 to 12 frames, clips under a move, turned over, new foreground, half covered",
    "F": "beyond: no target",
    "H": "hard cases",
}


def written(all_: dict[str, Any]) -> str:
    """The tables, for people."""
    systems = list(all_["scores"])
    first = all_["scores"][systems[0]]
    hours = [first["alarms"][place]["hours"] for place in ("master", "negative")]
    register = all_["register"]
    sizes = Counter(f"{f['width']}x{f['height']}" for f in all_["files"].values() if "width" in f)
    files = ", ".join(f"{n} files of {size}" for size, n in sizes.items())
    return "\n".join(
        [
            f"# Picture bench, {all_['split']} set",
            "",
            f"{all_['date']}. {all_['machine']}; load {all_['load']} at the end. Seed {all_['seed']}.",
            "Made by `bench/picture.py`; what the words mean stands at its top and in `bench/picture_families.py`.",
            "",
            f"{sum(g['n'] for g in first['groups'].values())} segments in {60 * hours[0]:.1f} min of films;",
            f"{60 * hours[1]:.1f} min in which nothing is registered; {files};",
            f"{register['materials']} materials, {register.get('stills', 0)} of them stills.",
            "",
            *_recall(all_, systems, first),
            *_alarms(all_, systems),
            *_calibration(first),
            *_exact(first),
            *_pieces(all_),
            *_masters(all_),
            *_stages(all_),
            *_cost(all_),
            "## Versions",
            "",
            *[f"- {name}: {version}" for name, version in sorted(all_["versions"].items())],
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
        "`mpeg7` was asked for a few materials in one film.",
        "",
        head,
        rule,
        f"| **all but F** | {first['all']['n']} | |" + _cells(all_, systems, None, "all"),
    ]
    for group, target in GROUPS.items():
        if group not in first["groups"]:
            continue
        aim = percent(target) if target else ""
        lines.append(
            f"| **{group}** {ABOUT[group]} | {first['groups'][group]['n']} | {aim} |"
            + _cells(all_, systems, "groups", group)
        )
        lines += [
            f"| {name} | {row['n']} | |" + _cells(all_, systems, "families", name)
            for name, row in first["families"].items()
            if first["group_of"][name] == group
        ]
    lines += ["", "By kind of material, all but F:", "", head, rule]
    lines += [f"| {k} | {row['n']} | |" + _cells(all_, systems, "kinds", k) for k, row in first["kinds"].items()]
    lines += _detail(first)
    return [*lines, ""]


def _detail(first: dict[str, Any]) -> list[str]:
    if not first["detail"]["with too little"]["n"]:
        return []
    return [
        "",
        "Material with too little detail is looked for, and listed as not examined all the same. All but F, and each",
        "group without what is listed:",
        "",
        "| detail | n | found |",
        "|---|---|---|",
        *[f"| {name} | {row['n']} | {rate(row)} |" for name, row in first["detail"].items()],
        *[f"| enough, {group} | {row['n']} | {rate(row)} |" for group, row in first["sure"].items()],
    ]


def _cells(all_: dict[str, Any], systems: list[str], part: str | None, name: str) -> str:
    shown = []
    for s in systems:
        scored = all_["scores"][s]
        row = scored[name] if part is None else scored[part].get(name)
        shown.append(f" {rate(row)} | {percent(row['recall_at_zero'])} |" if row and row["n"] else " | |")
    return "".join(shown)


def _alarms(all_: dict[str, Any], systems: list[str]) -> list[str]:
    kinds = [k for k in all_["scores"][systems[0]]["alarms"]["near"] if "," not in k]
    lines = [
        "## False alarms",
        "",
        "An hour, and in all; then of stretches that are near to something registered: how often match, related, of",
        "how many.",
        "",
        "| | films | negatives | related | " + " | ".join(kinds) + " |",
        "|---|---|---|---|" + "---|" * len(kinds),
    ]
    for s in systems:
        alarms = all_["scores"][s]["alarms"]
        near, shown = Counter(alarms["near"]), []
        for place in ("master", "negative"):
            hours, wrong = alarms[place]["hours"], alarms[place]["match"]
            shown.append(f"{wrong / hours:.1f} ({wrong})" if hours else "")
        shown.append(str(sum(alarms[p]["related"] for p in ("master", "negative"))))
        shown += [f"{near[k + ', match']}, {near[k + ', related']}, {near[k]}" if near[k] else "" for k in kinds]
        lines.append(f"| {s} | " + " | ".join(shown) + " |")
    return [*lines, ""]


def _calibration(first: dict[str, Any]) -> list[str]:
    lines = [
        "## What the score means",
        "",
        "Of the first system. Findings by score, related ones among them; then what a bar at that score would find,",
        "and how many false alarms an hour it would leave. *Families*: in how many of them a segment scores there.",
        "",
        "| score | findings | true | found above | false alarms an hour above | families |",
        "|---|---|---|---|---|---|",
    ]
    for row in first["calibration"]:
        share = f"{row['true']} ({percent(row['true'] / row['findings'])})" if row["findings"] else "0"
        lines.append(
            f"| from {row['from']:.2f} | {row['findings']} | {share} | {percent(row['recall_above'])} | "
            f"{row['false_an_hour_above']:.1f} | {row['families']} |"
        )
    return [
        *lines,
        "",
        f"The highest score of a false match: {first['ceiling']:.2f}." if first["ceiling"] >= 0 else "No false match.",
        "",
    ]


def _exact(first: dict[str, Any]) -> list[str]:
    lines = [
        "## Ends, regions, speeds and scores, of found segments of the first system",
        "",
        "Frames that ends are off, median and 90th percentile; both within a frame; region within 5 %; speed of clips",
        "within 3 %; score, median and 10th percentile; how many that were not found were shown as related.",
        "",
        "| | ends | both within 1 | region | speed | score | related |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in {"**all but F**": first["all"], **first["families"]}.items():
        if "ends" not in row:
            lines.append(f"| {name} | | | | | | {row['related']} |")
            continue
        ends, scores = row["ends"], row["scores"]
        region, speed = (percent(row[key]) if key in row else "" for key in ("region_near", "speed_near"))
        lines.append(
            f"| {name} | {ends['median']:g}, {ends['p90']:g} | {percent(ends['both_near'])} | {region} | {speed} | "
            f"{scores['median']:.2f}, {scores['p10']:.2f} | {row['related']} |"
        )
    return [*lines, ""]


def _stages(all_: dict[str, Any]) -> list[str]:
    if "stages" not in all_:
        return []
    seen = all_["stages"]
    lost = [s for s in STAGES if s != "found"]
    lines = ["## Where Cleancut loses them", "", *[f"- *{name}*: {means};" for name, means in MEANS.items()], ""]
    lines += ["| | " + " | ".join(STAGES) + " |", "|---|" + "---|" * len(STAGES)]
    ordered = sorted(seen["families"].items(), key=lambda e: e[1].get("found", 0) / max(1, sum(e[1].values())))
    for name, counts in ordered:
        if any(counts.get(s) for s in lost):
            lines.append(f"| {name} | " + " | ".join(str(counts.get(s, "")) for s in STAGES) + " |")
    reasons = ", ".join(f"{name} {count}" for name, count in sorted(seen["reasons"].items(), key=lambda e: -e[1]))
    return [*lines, "", f"Why judged away: {reasons or 'none was'}.", ""]


def _cost(all_: dict[str, Any]) -> list[str]:
    lines = [
        "## Cost",
        "",
        "Scanning, in times of ffmpeg only decoding the same files in the same run, which it does at",
        f"{all_['decode']['times_real_time']:.0f} times real time.",
        *[f"Costs of `{system}`: {', '.join(files)} alone." for system, files in all_.get("timed", {}).items()],
        "",
        "| | times real time | wall | CPU | register, s wall | s CPU | bytes a material | peak memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, cost in all_["costs"].items():
        shown = [f"{cost['times_real_time']:.1f}", f"{cost['wall']:.2f}", f"{cost['cpu']:.2f}"]
        shown += [f"{cost['register_wall']:.0f}", f"{cost['register_cpu']:.0f}", f"{cost['register_bytes']:,.0f}"]
        lines.append(f"| {name} | " + " | ".join(shown) + f" | {cost['peak_bytes'] / 2**30:.2f} GiB |")
    if fast := all_["costs"].get("cleancut-fast"):
        lines += ["", f"A fast scan left out {percent(fast.get('left_out', 0))} of the frames."]
    if apart := all_["costs"].get("cleancut", {}).get("apart"):
        lines += ["", "Cleancut by how much there is to find:", ""]
        lines += ["| | findings a minute | times real time | wall | CPU |", "|---|---|---|---|---|"]
        for kind, one in apart.items():
            ratios = f"{one['times_real_time']:.1f} | {one['wall']:.2f} | {one['cpu']:.2f}"
            lines.append(f"| {kind} | {one['findings_a_minute']:.1f} | {ratios} |")
    stages = all_["costs"].get("cleancut", {}).get("stages", {})
    if stages:
        shares = ", ".join(f"{name} {percent(s['share'])}" for name, s in stages.items())
        lines += ["", f"Cleancut's processor time by stage: {shares}.", "While it decodes, it also searches."]
    if "production" in all_:
        lines += _production(all_["production"])
    if "long" in all_:
        lines += _long(all_["long"])
    if "sizes" in all_:
        lines += _sizes(all_["sizes"])
    return [*lines, ""]


def _production(seen: dict[str, Any]) -> list[str]:
    lines = [
        "",
        "Films as productions deliver them, 1920x1080 with grain, beside decoding them: *dense* shows something",
        "registered every fifteen seconds, *sparse* once a minute, *mezzanine* is the beginning of that as ProRes. A",
        "*fast* scan looks at frames that decode by themselves, and closely where they show something:",
        "",
        "| film | Mbit/s | scan | times real time | wall | CPU | found | matches of nothing | frames left out |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for film in seen["films"]:
        frames = round(24 * film["seconds"])
        for way in ("whole", "fast"):
            one = film[way]
            cells = [film["film"], f"{film['bits'] / 1e6:.0f}", way, f"{film['seconds'] / one['wall']:.1f}"]
            cells += [f"{one[key] / film['decode'][key]:.2f}" for key in ("wall", "cpu")]
            cells += [f"{one['found']} of {film['segments']}", str(one["others"]), percent(one["left_out"] / frames)]
            lines.append(f"| {' | '.join(cells)} |")
    made = seen["registering"]
    clips, stills, decode = made["clips_cost"], made["stills_cost"], made["decode"]
    return [
        *lines,
        "",
        f"Registering {made['clips']} clips took {clips['wall'] / decode['wall']:.2f} times as long as decoding them,",
        f"{clips['cpu'] / decode['cpu']:.2f} times the processor time; stills, {made['stills'] / stills['wall']:.0f} a",
        f"second. Of a register that is known, opening took {made['open']['wall']:.1f} s, and one clip more",
        f"{made['more']['wall']:.1f} s.",
    ]


def _long(seen: dict[str, Any]) -> list[str]:
    wall, cpu = (f"{seen[key] / seen['decode'][key]:.2f}" for key in ("wall", "cpu"))
    return [
        "",
        f"The sparse film over and over, {seen['seconds'] / 3600:.0f} hours of it, took {wall} of the clock of",
        f"decoding it, {cpu} of its processor time, and {seen['own_bytes'] / 2**30:.2f} GiB, with the process that",
        f"decodes: {seen['found']} of {seen['segments']} found, {seen['others']} matches of nothing.",
    ]


def _pieces(all_: dict[str, Any]) -> list[str]:
    if "pieces" not in all_:
        return []
    seen = all_["pieces"]
    lines = [
        "## Clips that were cut",
        "",
        f"Registered clips, each in two pieces, full frame, in a film of {seen['seconds'] / 60:.0f} minutes.",
        "A piece is found where what it and one match share is more than half of what either covers.",
        f"False matches: {len(seen['false'])}.",
        "",
        "| | pieces | found | both ends within 1 | the moment within 2 | related only |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in seen["rows"].items():
        cells = [row[key] for key in ("n", "found", "both_near", "moment", "related")]
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def _masters(all_: dict[str, Any]) -> list[str]:
    if "masters" not in all_:
        return []
    seen = all_["masters"]
    lines = [
        "## Other kinds of master",
        "",
        f"The first {seen['seconds'] / 60:.0f} minutes of {seen['film']}, made again by ffmpeg; all segments but F.",
        "",
        "| | found | both ends within 1 | region | false matches |",
        "|---|---|---|---|---|",
    ]
    for row in seen["rows"]:
        one = row["all"]
        ends = percent(one["ends"]["both_near"]) if "ends" in one else ""
        region = percent(one["region_near"]) if "region_near" in one else ""
        cells = [row["kind"], f"{one['found']} of {one['n']}", ends, region, str(len(row["false"]))]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _sizes(sizes: dict[str, Any]) -> list[str]:
    looking = sizes["looking"]
    lines = [
        "",
        f"Looking at {sizes['film']} took {looking['wall']:.0f} s, and {looking['cpu']:.0f} s of processor time, once.",
        "Then finding, against registers grown with changed copies of real fingerprints;",
        "*sorting* is done once for what is new, and counted apart; *all* is looking and finding, one after the",
        "other. *Mapped* is what it touched of files, which the system takes back when it needs room;",
        "*matches*, how many of the changed copies, which are in no film, it took for one.",
        "",
        "| materials | finding, s | CPU, s | all, ratio | sorting, s | index | prints | memory | mapped | matches |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    ran = [row for row in sizes["rows"] if "left_out" not in row]
    for row in sizes["rows"]:
        prints = f"{row['bytes'] / 2**30:,.1f} GiB"
        if "left_out" in row:
            lines.append(f"| {row['materials']:,} | not run: {row['left_out']} | | | | | {prints} | | | |")
            continue
        ratio = (looking["wall"] + row["wall"]) / (looking["wall"] + ran[0]["wall"])
        index = f"{row['volumes'] / 2**20:,.0f} MiB"
        cells = [f"{row['materials']:,}", f"{row['wall']:.1f}", f"{row['cpu']:.1f}", f"{ratio:.2f}"]
        memory = [f"{row[kind] / 2**30:.2f} GiB" for kind in ("own_bytes", "mapped_bytes")]
        cells += [f"{row['sort']['wall']:.0f}", index, prints, *memory, str(row["false"])]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
