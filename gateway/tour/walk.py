"""Runs the six steps in order and tells a non-programmer what happened."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
from rich.console import Console
from rich.panel import Panel

from gateway.tour import admitting, importing, proving, whistling
from gateway.tour.actors import StepFailed
from gateway.tour.scene import Scene

STEPS: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("卫生局送来一份 Excel  the health department sends a spreadsheet", importing.health_sends),
    ("房产局说的是同样的人  the housing department means the same people", importing.housing_sends),
    ("没有准入，任务进不了社区  nothing enters without admission", admitting.admit),
    ("网格员改一个号码、吹一声哨  a grid worker corrects a fact and whistles", whistling.blow),
    ("街道派单、部门报到、街道销哨  the street dispatches and closes", whistling.handle),
    ("居民看得见谁看过自己  a resident sees who has looked", proving.prove),
)


def run(base_url: str, password: str, files: Path, console: Console, *, ca: Path | None) -> bool:
    """Walk all steps; whether one failed.

    Args:
        base_url: Of the running suite.
        password: Of the demo accounts.
        files: Folder with the office files that `demo load` made.
        console: Where to tell.
        ca: Certificate authority to trust besides the system's.
    """
    verify = ssl.create_default_context(cafile=str(ca)) if ca else ssl.create_default_context()
    with httpx.Client(base_url=base_url, verify=verify, timeout=60, trust_env=False) as http:
        scene = Scene(http, password, files, lambda text: _say(console, text))
        try:
            proving.remember_indicators(scene)
        except (StepFailed, httpx.TransportError) as exc:
            console.print(f"[red]✗ {base_url}: {exc}[/red]")
            return True
        return not all(_step(console, scene, n, *step) for n, step in enumerate(STEPS, 1))


def _say(console: Console, text: str) -> None:
    console.print(f"   {text}", soft_wrap=True)


def _step(
    console: Console, scene: Scene, number: int, title: str, act: Callable[[Scene], None]
) -> bool:
    console.print(Panel(f"[bold]{number}. {title}[/bold]", expand=False))
    try:
        act(scene)
    except (StepFailed, httpx.TransportError, KeyError, FileNotFoundError) as exc:
        console.print(f"   [red]✗ 失败 failed: {exc}[/red]", soft_wrap=True)
        return False
    console.print("   [green]✓[/green]")
    return True
