"""`edgewise models`: which models there are, which is used, and how that is changed."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows, shown
from edgewise.core.errors import NotConfigured
from edgewise.core.model_registry import ModelStatus, parse_reference

if TYPE_CHECKING:
    from edgewise.core.model_registry import ModelMove, RegisteredModel

app = typer.Typer(no_args_is_help=True, help="The model registry: which models there are and which is used.")

Reference = Annotated[str, typer.Argument(metavar="NAME@VERSION", help="As tone-fast@2, or tone-fast@production.")]
Why = Annotated[str, typer.Option("--why", help="The reason; the history keeps it.")]
Who = Annotated[str, typer.Option("--who", help="Who decides; the user of this machine if left out.")]
COLUMNS = ["model", "kind", "status", "fingerprint", "registered_at", "registered_by"]
MOVES = ["at", "place", "from", "to", "who", "why"]


@app.command("list")
def list_models(
    name: Annotated[str, typer.Argument(help="One name only; all if left out.")] = "", *, json: Json = False
) -> None:
    """List registered models: the newest version of each name first."""
    with house_for("models list", ledger=False) as (house, _):
        models = house.model_registry.models(name)
        if json:
            print_json(models)
            return
        rows: list[dict[str, object]] = [asdict(model) | {"model": f"{model.name}@{model.version}"} for model in models]
        print_rows(
            "Models",
            rows,
            columns=COLUMNS,
            empty="No model is registered. Bring one in: edgewise models register FOLDER",
        )


@app.command()
def show(reference: Reference, *, json: Json = False) -> None:
    """Show one model: where it stands, its files, metrics and card, and the history of its name."""
    from edgewise.pipelines.models import card_of, registered  # noqa: PLC0415 - keeps the help page quick

    with house_for("models show", ledger=False) as (house, _):
        model = registered(house.model_registry, parse_reference(reference))
        moves = house.model_registry.moves(model.name)
        card = card_of(model, house.documents)
    if json:
        print_json(asdict(model) | {"card": card, "moves": [asdict(move) for move in moves]})
        return
    _print_model(model)
    print_rows(f"Moves of {model.name}", [_told(move) for move in moves], columns=MOVES, empty="It never moved.")
    OUT.print(card, markup=False)


@app.command()
def register(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A model folder, as training exports it.")],
    *,
    who: Who = "",
    json: Json = False,
) -> None:
    """Store a model's files and record its version as a candidate. The same again changes nothing."""
    from edgewise.pipelines.models import register_folder  # noqa: PLC0415 - keeps the help page quick

    with house_for("models register") as (house, counts):
        registration = register_folder(
            folder, house.model_registry, house.documents, at=house.machine_clock.now(), who=who or _user()
        )
        model = registration.model
        counts |= {"registered": int(registration.new)}
    if json:
        print_json(asdict(model) | {"new": registration.new})
        return
    how = "registered as a candidate" if registration.new else f"was registered before, it is {model.status}"
    OUT.print(f"[bold]{model.name}@{model.version}[/] ({model.fingerprint}) {how}")
    if registration.new:
        OUT.print(f"  Use it: edgewise models promote {model.name}@{model.version} --why ...")


@app.command()
def promote(
    reference: Reference,
    *,
    why: Why,
    to: Annotated[ModelStatus, typer.Option("--to", help="shadow, production, or archived.")] = ModelStatus.PRODUCTION,
    who: Who = "",
    json: Json = False,
) -> None:
    """Put a version into production (or shadow, or away). Who stood there is archived, in the same transaction."""
    from edgewise.pipelines.models import registered  # noqa: PLC0415 - keeps the help page quick

    with house_for("models promote") as (house, counts):
        model = registered(house.model_registry, parse_reference(reference))
        moved = house.model_registry.promote(
            model.name, model.version, to, at=house.machine_clock.now(), who=who or _user(), why=why
        )
        counts |= {"moved": int(moved)}
    if json:
        print_json({"name": model.name, "version": model.version, "status": to, "moved": moved})
        return
    OUT.print(f"[bold]{model.name}@{model.version}[/] {'is now' if moved else 'was already'} {to}")


@app.command()
def rollback(
    name: Annotated[str, typer.Argument(help="Name of the model, as tone-fast.")],
    *,
    why: Why,
    alias: Annotated[
        ModelStatus, typer.Option("--alias", help="The place: production or shadow.")
    ] = ModelStatus.PRODUCTION,
    who: Who = "",
    json: Json = False,
) -> None:
    """Put back the version that stood there before the present one; again goes further back."""
    with house_for("models rollback") as (house, counts):
        model = house.model_registry.roll_back(name, alias, at=house.machine_clock.now(), who=who or _user(), why=why)
        counts |= {"moved": 1}
    if json:
        print_json({"name": name, "version": model.version, "status": model.status, "moved": True})
        return
    OUT.print(f"[bold]{name}@{model.version}[/] is back in {alias}")


def _print_model(model: RegisteredModel) -> None:
    fields: dict[str, object] = {
        "model": f"{model.name}@{model.version}",
        "kind": model.kind,
        "status": model.status,
        "fingerprint": model.fingerprint,
        "registered_at": model.registered_at,
        "registered_by": model.registered_by,
        **{f"file {file}": sha256 for file, sha256 in model.files.items()},
        **_flat("metric", model.metrics),
    }
    for name, value in fields.items():
        OUT.print(f"{name.replace('_', ' '):<28}{shown(value)}", markup=False, soft_wrap=True)


def _flat(name: str, value: object) -> dict[str, object]:
    """Return nested metrics as one line each, named by their path."""
    if not isinstance(value, dict):
        return {name: value}
    return {path: leaf for key, inner in value.items() for path, leaf in _flat(f"{name} {key}", inner).items()}


def _told(move: ModelMove) -> dict[str, object]:
    return {
        "at": move.at,
        "place": move.alias,
        "from": None if move.old is None else f"@{move.old}",
        "to": None if move.new is None else f"@{move.new}",
        "who": move.who,
        "why": f"roll-back: {move.why}" if move.back else move.why,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise NotConfigured("this machine does not tell who you are", advice="Say it with --who.") from error
