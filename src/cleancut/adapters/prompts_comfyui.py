"""ComfyUI's graphs: which prompts, models and seeds they hold, and whether anything in them generates.

A file holds the graph as it ran (`prompt`: nodes by id, with inputs by name) and as it was drawn (`workflow`: a list of
nodes with unnamed values, and links). The first is read where it is there. Custom nodes name their inputs as they like:
what this reads is right where it reads something, and may lack some.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cleancut.adapters.prompts_told import told
from cleancut.model.marks import Told

MOST_NODES = 5_000
_MODEL_FILE = re.compile(r".{1,300}\.(safetensors|ckpt|gguf|pt|pth|sft|bin|onnx)$", re.IGNORECASE)
_MODEL_KEYS = frozenset({"ckpt_name", "unet_name", "model_name", "lora_name", "model", "checkpoint", "diffusion_model"})
_UPSCALERS = re.compile(r"upscale|esrgan|interpolat|rife|film", re.IGNORECASE)
_TEXT_KEYS = re.compile(
    r"^(text|prompt|positive|string|value|clip_[lg]|t5xxl|tags|lyrics)(_?\w{1,12})?$", re.IGNORECASE
)
_SEED_KEYS = frozenset({"seed", "noise_seed", "rand_seed", "random_seed"})
_SAMPLES = re.compile(r"sampler|generat|text2|txt2|text_?to|img2|image_?to|inpaint|diffusion|dalle|flux", re.IGNORECASE)
_WRITES_TEXT = re.compile(r"encode|prompt|text|string", re.IGNORECASE)
_BYPASSED = (2, 4)


@dataclass(frozen=True)
class Node:
    """One node: `inputs` by name, a link being (id of the node it comes from,)."""

    kind: str
    inputs: Mapping[str, Any]


@dataclass
class Graph:
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def generates(self) -> bool:
        """Whether any node samples, draws a seed or is given a prompt. Else it may have only cut or scaled."""
        works = any(_SAMPLES.search(node.kind) or _SEED_KEYS & set(node.inputs) for node in self.nodes.values())
        return works or bool(self.told.prompts)

    @property
    def told(self) -> Told:
        positive, negative = self._joined("positive"), self._joined("negative")
        free = [] if positive or negative else [t for node in self.nodes.values() for t in self._own_texts(node)]
        prompts = [text for text in (*positive, *free) if text not in negative or text in positive]
        return told(prompts, negative, self._models(), self._seeds())

    def _joined(self, name: str) -> list[str]:
        """The texts that flow into the inputs of this name, through whatever lies between."""
        found: list[str] = []
        for node in self.nodes.values():
            value = node.inputs.get(name)
            if isinstance(value, tuple):
                found += self._upstream(value[0], name)
            elif isinstance(value, str):
                found.append(value)
        return found

    def _upstream(self, start: str, name: str) -> list[str]:
        """Texts of the nodes that a link leads back to. Where one takes both prompts, only `name` is followed."""
        found, todo, seen = [], [start], set[str]()
        while todo:
            id_ = todo.pop(0)
            node = self.nodes.get(id_)
            if node is None or id_ in seen:
                continue
            seen.add(id_)
            found += self._own_texts(node)
            is_both = {"positive", "negative"} <= set(node.inputs)
            links = {key: value[0] for key, value in node.inputs.items() if isinstance(value, tuple)}
            todo += [links[name]] if is_both and name in links else [] if is_both else list(links.values())
        return found

    @staticmethod
    def _own_texts(node: Node) -> list[str]:
        texts = [v for k, v in node.inputs.items() if isinstance(v, str) and _TEXT_KEYS.match(k) and k != "negative"]
        if not texts and _WRITES_TEXT.search(node.kind):
            texts = [v for k, v in node.inputs.items() if isinstance(v, str) and k.startswith("widget")]
        return [text for text in texts if text.strip() and not _MODEL_FILE.match(text)]

    def _models(self) -> Iterator[str]:
        for node in self.nodes.values():
            for key, value in node.inputs.items():
                if isinstance(value, str) and (key in _MODEL_KEYS or _MODEL_FILE.match(value)):
                    yield value

    def _seeds(self) -> Iterator[object]:
        for node in self.nodes.values():
            for key, value in node.inputs.items():
                if key in _SEED_KEYS:
                    yield from self._number(value)

    def _number(self, value: Any) -> Iterator[object]:
        """A seed, or that of the node a link leads to."""
        if isinstance(value, tuple) and value[0] in self.nodes:
            values = self.nodes[value[0]].inputs.values()
            yield from (v for v in values if isinstance(v, int) and not isinstance(v, bool))
        elif isinstance(value, int):
            yield value


def read_graph(text: str) -> Graph | None:
    """The graph in a text that a file holds; None where there is none. `prompt:` or `workflow:` may stand before it, or
    both be in one object, as video nodes write them."""
    data = _parsed(re.sub(r"^(prompt|workflow):", "", text.lstrip(), count=1))
    if isinstance(data, Mapping) and not _is_prompt(data) and "nodes" not in data:
        inner = data.get("prompt") or data.get("workflow")
        data = _parsed(inner) if isinstance(inner, str) else inner
    if not isinstance(data, Mapping):
        return None
    if _is_prompt(data):
        return Graph({str(id_): _ran(node) for id_, node in list(data.items())[:MOST_NODES] if _is_node(node)})
    if isinstance(data.get("nodes"), list) and ("links" in data or "last_node_id" in data):
        return _drawn(data)
    return None


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text.replace("NaN", "null"))  # ComfyUI writes NaN, which is no JSON
    except (ValueError, RecursionError):
        return None


def _is_node(node: Any) -> bool:
    return isinstance(node, Mapping) and "class_type" in node and isinstance(node.get("inputs"), Mapping)


def _is_prompt(data: Mapping[str, Any]) -> bool:
    return any(_is_node(node) for node in list(data.values())[:MOST_NODES])


def _ran(node: Mapping[str, Any]) -> Node:
    return Node(str(node["class_type"]), {str(key): _linked(value) for key, value in node["inputs"].items()})


def _linked(value: Any) -> Any:
    is_link = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int)
    return (str(value[0]),) if is_link else value


def _drawn(data: Mapping[str, Any]) -> Graph:
    """A drawn graph, its nodes' values named where the drawing names them. What is muted or bypassed did not run."""
    origins = {}
    for link in data["links"] if isinstance(data.get("links"), list) else ():
        if isinstance(link, list) and len(link) >= 2:
            origins[str(link[0])] = str(link[1])
    nodes = [*data["nodes"]]
    definitions = data.get("definitions")
    groups = definitions.get("subgraphs") if isinstance(definitions, Mapping) else None
    for group in groups if isinstance(groups, list) else ():
        if isinstance(group, Mapping) and isinstance(group.get("nodes"), list):
            nodes += group["nodes"]
    graph = Graph()
    for place, node in enumerate(nodes[:MOST_NODES]):
        if isinstance(node, Mapping) and node.get("mode") not in _BYPASSED:
            id_ = str(node.get("id", f"at {place}"))
            graph.nodes[id_ if id_ not in graph.nodes else f"{id_} at {place}"] = _read_drawn(node, origins)
    return graph


def _read_drawn(node: Mapping[str, Any], origins: Mapping[str, str]) -> Node:
    inputs: dict[str, Any] = {}
    slots = node.get("inputs")
    for slot in slots if isinstance(slots, list) else ():
        if isinstance(slot, Mapping) and str(slot.get("link")) in origins:
            inputs[str(slot.get("name"))] = (origins[str(slot.get("link"))],)
    values, kind = node.get("widgets_values"), str(node.get("type", ""))
    if isinstance(values, Mapping):
        inputs.update({str(key): value for key, value in values.items() if not isinstance(value, list | Mapping)})
    elif isinstance(values, list):
        named = {f"widget {i}": v for i, v in enumerate(values) if isinstance(v, str | int | float)}
        first = next(iter(named.values()), None)
        if "sampler" in kind.lower() and isinstance(first, int) and not isinstance(first, bool):
            named = {"seed": first, **named}
        inputs.update(named)
    return Node(kind, inputs)
