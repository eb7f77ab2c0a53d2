"""Alert rules and dashboard ask for metrics and labels that are there, and are told of in docs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from shared.runtime.metrics import Metrics
from shared.topology import QUEUES
from tests.conftest import ROOT

RULES = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
TRIED = (ROOT / "deploy" / "prometheus" / "alerts_test.yml").read_text("utf-8")
DASHBOARD = (ROOT / "deploy" / "grafana" / "recours.json").read_text("utf-8")
DOCS = (ROOT / "docs" / "operations.md").read_text("utf-8")
#: What Prometheus adds to the name of a histogram.
SERIES = ("_bucket", "_sum", "_count")


def known() -> dict[str, set[str]]:
    """Return every name that a process exposes, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(Metrics()).values():
        names = getattr(metric, "_labelnames", None)
        if names is None:
            continue
        name, labels = metric._name, set(names)
        if metric._type == "counter":
            found[f"{name}_total"] = labels
        elif metric._type == "histogram":
            found |= {f"{name}{ending}": labels | {"le"} for ending in SERIES}
        else:
            found[name] = labels
    return found


def panels() -> list[dict[str, Any]]:
    return list(json.loads(DASHBOARD)["panels"])


def test_the_names_known_are_those_that_a_process_shows() -> None:
    metrics = Metrics()
    metrics.answered("desk", "/bureau", 200, 0.1)
    shown = set(re.findall(r"^(recours_\w+)(?:\{| )", metrics.text().decode(), re.MULTILINE))
    created = {name for name in shown if name.endswith("_created")}
    assert shown - created <= known().keys()
    assert "recours_page_seconds_bucket" in shown


@pytest.mark.parametrize("text", [RULES, TRIED, DASHBOARD], ids=["alerts", "tried", "dashboard"])
def test_every_metric_that_is_asked_for_is_in_the_answer_of_a_process(text: str) -> None:
    """Also before the first event: a metric without a series is still named there."""
    shown = re.findall(r"^# TYPE (recours_\w+) (\w+)$", Metrics().text().decode(), re.MULTILINE)
    series = {
        f"{name}{ending}"
        for name, kind in shown
        for ending in (SERIES if kind == "histogram" else ("",))
    }
    named = set(re.findall(r"\brecours_\w+", text))
    assert len(named) > 7
    assert named <= series


@pytest.mark.parametrize("text", [RULES, DASHBOARD], ids=["alerts", "dashboard"])
def test_every_metric_that_is_asked_for_exists(text: str) -> None:
    named = set(re.findall(r"\brecours_\w+", text))
    assert len(named) > 8
    assert named <= known().keys()


@pytest.mark.parametrize("text", [RULES, DASHBOARD], ids=["alerts", "dashboard"])
def test_every_label_that_is_asked_for_is_one_of_its_metric(text: str) -> None:
    asked = re.findall(r"\b(recours_\w+)\{([^}]*)\}", text.replace('\\"', '"'))
    assert asked
    for name, inside in asked:
        assert set(re.findall(r"(\w+)(?==)", inside)) <= known()[name], name


def test_every_metric_is_set_somewhere() -> None:
    """One that nobody sets stays 0, and a rule over it is silent for ever."""
    files = [file for area in ("services", "shared") for file in (ROOT / area).rglob("*.py")]
    code = "\n".join(file.read_text("utf-8") for file in files)
    metrics = [name for name, one in vars(Metrics()).items() if hasattr(one, "_labelnames")]
    assert len(metrics) > 15
    used = set(re.findall(r"(?:metrics|Metrics\(\)\))\.(\w+)", code))
    # What `answered` sets is set by whoever calls it
    assert set(metrics) - used == {"pages", "page_seconds"}
    assert "answered" in used


def test_every_alert_is_explained_and_every_explanation_has_its_alert() -> None:
    alerts = set(re.findall(r"^ +- alert: (\w+)$", RULES, re.MULTILINE))
    assert len(alerts) > 10
    assert alerts == set(re.findall(r"^\| `(Recours\w+)`", DOCS, re.MULTILINE))


def test_panels_lie_beside_each_other_and_have_numbers_of_their_own() -> None:
    taken = {
        (x, y)
        for panel in panels()
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    }
    area = sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in panels())
    assert len(taken) == area
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_queues_in_rules_are_never_named_one_by_one() -> None:
    """A queue that is new is watched from its first day."""
    assert not [queue.name for queue in QUEUES if queue.name in RULES]
