"""One key for one lake: another would make two of every person."""

import hmac
import stat

import numpy as np
import pytest

from music_warehouse.errors import UserError
from music_warehouse.privacy.masks import masked_email
from music_warehouse.privacy.pseudonyms import Pseudonyms

from .conftest import EVENTS, KEY, event


def test_a_user_key_is_the_head_of_an_hmac() -> None:
    digest = hmac.new(KEY.encode(), b"user:42", "sha256").hexdigest()
    keys = Pseudonyms(KEY.encode())
    assert keys.user_key(42) == keys.user_key(" 042 ") == int(digest[:15], 16)


def test_many_ids_have_the_keys_that_they_have_alone() -> None:
    keys, chance = Pseudonyms(KEY.encode()), np.random.default_rng(1)
    for _ in range(5):
        ids = chance.integers(0, 50, 200)
        alone = [keys.user_key(user_id) for user_id in ids.tolist()]
        assert keys.user_keys(ids).tolist() == alone


def test_a_key_is_made_once_where_none_is_given(service, monkeypatch, capsys) -> None:
    monkeypatch.delenv("MUSIC_WAREHOUSE_KEY")
    service.deliver("listening_events/a.csv", EVENTS + event(1, "2"))
    key = service.data.privacy / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "a key of this data folder's own was made" in capsys.readouterr().out
    service.deliver("listening_events/b.csv", EVENTS + event(2, "2"))
    assert capsys.readouterr().out == ""
    rows = service.rows("service/listening_events")
    assert len({row["user_key"] for row in rows}) == 1


def test_another_key_is_refused(service, monkeypatch) -> None:
    service.deliver("listening_events/a.csv", EVENTS + event(1, "2"))
    monkeypatch.setenv("MUSIC_WAREHOUSE_KEY", "x" * 32)
    with pytest.raises(UserError, match="made with another key"):
        service.deliver("listening_events/b.csv", EVENTS + event(2, "2"))
    monkeypatch.delenv("MUSIC_WAREHOUSE_KEY")
    with pytest.raises(UserError, match="with a key that is not here"):
        service.ingest()
    assert len(service.ledger()) == 1


def test_a_short_key_is_refused(service, monkeypatch) -> None:
    monkeypatch.setenv("MUSIC_WAREHOUSE_KEY", "x" * 31)
    with pytest.raises(UserError, match="at least 32 characters"):
        service.deliver("listening_events/a.csv", EVENTS + event(1, "2"))


def test_the_vault_is_its_owners(peopled) -> None:
    vault = peopled.data.privacy / "vault.sqlite"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("u000000@example.org", "u***0@…"),
        ("abc@x", "a***c@…"),
        ("ab@x", "***@…"),
        ("a@b@x", "a***b@…"),
    ],
)
def test_an_email_leaves_two_characters_at_most(email: str, masked: str) -> None:
    assert masked_email(email) == masked
