"""What is wrong is said at start, in words and with its place; only what needs it stays away."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.servers import free_port
from tests.commands import Said, recours
from tests.conftest import ROOT
from tests.fleet import Fleet

DOORS = ("SMTP", "WEB", "DESK")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Return settings of an embedded system of its own, on ports that nobody uses."""
    return {
        "RECOURS_STORE": f"sqlite:///{tmp_path}/var/recours.db",
        "RECOURS_RELAY": f"file:{tmp_path}/outgoing",
        **{f"RECOURS_{door}_LISTEN": f"127.0.0.1:{free_port()}" for door in DOORS},
    }


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Return a copy of the department's tables that a test may break."""
    return shutil.copytree(ROOT / "deploy" / "department", tmp_path / "department")


Break = Callable[[Path], int]


def without_the_unit_of_a_rule(tables: Path) -> int:
    """Take a unit out; return the line of the first rule that names it."""
    units = (tables / "units.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in units if not line.startswith("DR-13,")]
    assert len(kept) == len(units) - 1
    (tables / "units.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    rules = (tables / "rules.csv").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(rules, 1) if ",DR-13," in line)


def with_a_rule_that_overlaps(tables: Path) -> int:
    with (tables / "rules.csv").open("a", encoding="utf-8") as file:
        file.write("R-X,region,13,DR-13,2020-01-01,,a test\n")
    return len((tables / "rules.csv").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("breaking", "words"),
    [
        (without_the_unit_of_a_rule, "unit DR-13 is not in units.csv"),
        (with_a_rule_that_overlaps, "rule R-X overlaps R-13"),
    ],
)
async def test_rules_that_are_broken_stop_the_router_and_name_their_line(
    env: dict[str, str], tables: Path, breaking: Break, words: str
) -> None:
    line = breaking(tables)
    broken = {**env, "RECOURS_DEPARTMENT": str(tables)}
    said = await recours("run", "router", env=broken)
    assert said.status == 2
    assert f"rules.csv line {line}: {words}" in said.err
    assert "Traceback" not in said.err
    checked = await recours("rules", "check", env=broken)
    assert checked.status == 1
    assert f"rules.csv line {line}: {words}" in checked.out


@pytest.mark.parametrize("name", ["intake", "all"])
async def test_rules_that_are_broken_do_not_close_a_door(
    tmp_path: Path, tables: Path, name: str
) -> None:
    without_the_unit_of_a_rule(tables)
    settings = {"RECOURS_DEPARTMENT": str(tables)}
    fleet = Fleet(tmp_path, relay=f"file:{tmp_path}/outgoing", settings=settings)
    try:
        fleet.start(name)
        await fleet.ready()
        sample = str(ROOT / "deploy" / "samples" / "01-delai-longueuil.eml")
        said = await recours("send", sample, env=fleet.environment)
        assert (said.status, said.out.splitlines()[-1]) == (0, "1 of 1 kept.")
        assert name == "intake" or "router is left out: rules.csv line" in fleet.logs()
    finally:
        fleet.stop()


async def test_a_template_that_names_what_does_not_exist_stops_the_notifier_at_its_line(
    env: dict[str, str], tmp_path: Path
) -> None:
    """Templates are part of the program, so this is a program with another template."""
    for part in ("services", "shared", "deploy/department"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "samples")
        )
    template = tmp_path / "services/notifier/templates/fr/acknowledgement.txt"
    text = template.read_text(encoding="utf-8")
    template.write_text(text + "{{ no_such_value }}\n", encoding="utf-8")
    line = len(template.read_text(encoding="utf-8").splitlines())
    said = await recours("run", "notifier", env=env, cwd=tmp_path)
    assert said.status == 2
    assert re.search(rf"acknowledgement\.txt, line {line}\b.*no_such_value", said.err)
    assert "Traceback" not in said.err


@pytest.mark.parametrize("door", DOORS)
async def test_a_port_that_is_taken_names_the_setting(env: dict[str, str], door: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        service = "desk" if door == "DESK" else "intake"
        setting = f"RECOURS_{door}_LISTEN"
        said = await recours("run", service, env={**env, setting: address})
    assert said.status == 2
    assert f"{address} cannot be listened on" in said.err
    assert f"set {setting} to another host:port" in said.err


async def test_a_second_instance_on_the_same_folder_is_refused_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    fleet = Fleet(tmp_path, relay=f"file:{tmp_path}/outgoing")
    try:
        fleet.start()
        await fleet.ready()
        second = {
            **fleet.environment,
            **{f"RECOURS_{door}_LISTEN": f"127.0.0.1:{free_port()}" for door in DOORS},
        }
        said = await recours("run", env=second)
        assert said.status == 2
        assert f"Another Recours runs on {tmp_path}. Nothing was started." in said.err
        await fleet.ready()
    finally:
        fleet.stop()


FULL = {"RECOURS_STORE": "mongodb://127.0.0.1:1/x", "RECOURS_BUS": "amqp://127.0.0.1:1/"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (FULL, "RECOURS_SECRET_FILE is not set"),
        (
            {**FULL, "RECOURS_BUS": ""},
            "RECOURS_BUS must start with sqlite:/// or amqp:// or amqps://",
        ),
        ({"RECOURS_BUS": FULL["RECOURS_BUS"]}, "must both be SQLite, or neither"),
        ({"RECOURS_STORE": FULL["RECOURS_STORE"], "RECOURS_BUS": "sqlite:///x"}, "or neither"),
        ({"RECOURS_PREFETCH": "0"}, "RECOURS_PREFETCH"),
    ],
    ids=["no_secret", "no_bus", "mixed", "mixed_too", "nonsense"],
)
async def test_settings_that_make_no_sense_are_refused_before_anything_starts(
    env: dict[str, str], tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    said = await recours("run", "router", env={**env, **settings})
    assert said.status == 2
    assert words in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "var" / "recours.db").exists()


async def test_a_service_that_does_not_exist_is_refused_with_the_names_of_those_that_do(
    env: dict[str, str],
) -> None:
    said: Said = await recours("run", "mailer", env=env)
    assert said.status == 2
    assert "mailer: no such service. They are: notifier, router, desk, intake." in said.err
