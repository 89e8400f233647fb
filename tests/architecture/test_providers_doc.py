"""What docs/providers.md says of providers is what their adapters declare."""

from dataclasses import fields

import pytest

from backend.channels import Feature, MessageKind, Provider, adapter_for
from backend.channels.traits import Traits, traits_of
from tests.architecture._source import ROOT

SAID = {
    "is_signed": "deliveries carry a proof of who sent them",
    "signs_body": "the proof covers the body",
    "signs_url": "the proof covers the address",
    "tells_moments": "events name their moment",
    "tells_quotes": "a quoted message is named",
    "tells_referrals": "an ad that led here is named",
    "tells_user_ids": "a hidden number has a user id",
}


def table(title, rows):
    """Write a table with a column for each provider; `rows` are a name and a yes for each."""
    names = [provider.value for provider in Provider]
    lines = [[title, *names], ["---"] * (len(names) + 1)]
    lines += [[name, *("yes" if told else "" for told in cells)] for name, cells in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def features():
    rows = [
        (f"`{feature.value}`", [feature in adapter_for(one).features for one in Provider])
        for feature in Feature
    ]
    return table("feature", rows)


def traits():
    rows = [
        (words, [getattr(traits_of(one), name) for one in Provider]) for name, words in SAID.items()
    ]
    return table("webhooks", rows)


def kinds():
    rows = [
        (f"`{kind.value}`", [kind in traits_of(one).kinds for one in Provider])
        for kind in MessageKind
    ]
    return table("message", rows)


@pytest.mark.parametrize("written", [features, traits, kinds])
def test_the_documented_table_is_the_real_one(written):
    text = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
    assert written() in text, f"docs/providers.md should hold\n\n{written()}\n"


def test_every_trait_has_words():
    assert set(SAID) == {one.name for one in fields(Traits)} - {"kinds"}
