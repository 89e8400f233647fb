"""What `leadflow doctor --adapter` says: what a provider offers, and whether its adapter works."""

import typer

from backend.channels import (
    ChannelInvalid,
    Feature,
    NotOffered,
    Provider,
    Verdict,
    adapter_for,
    check_adapter,
)

ALL = "all"


def examine(name: str) -> bool:
    """Print what one adapter, or every one (`all`), offers and how it did; whether all passed.

    Nothing is called and no database is needed. Raises `ChannelInvalid` for another name.
    """
    results = [_examined(provider) for provider in _named(name)]
    return all(results)


def _named(name: str) -> list[Provider]:
    if name == ALL:
        return list(Provider)
    if name not in set(Provider):
        message = f"there is no adapter {name}"
        raise ChannelInvalid(message, field="adapter", expected=f"{ALL}, {', '.join(Provider)}")
    return [Provider(name)]


def _examined(provider: Provider) -> bool:
    features = adapter_for(provider).features
    typer.echo(provider.value)
    for feature in Feature:
        word = "offered    " if feature in features else "not offered"
        typer.echo(f"     {word} {feature.value}")
    try:
        verdicts = check_adapter(provider)
    except NotOffered as error:
        typer.echo(f"--   {error.message}")
        return True
    for verdict in verdicts:
        _show(verdict)
    return not any(verdict.findings for verdict in verdicts)


def _show(verdict: Verdict) -> None:
    word = "bad" if verdict.findings else "ok" if verdict.is_asked else "--"
    typer.echo(f"{word:4} {verdict.title}{'' if verdict.is_asked else ': not with this provider'}")
    for finding in verdict.findings:
        typer.echo(f"       {finding}")
