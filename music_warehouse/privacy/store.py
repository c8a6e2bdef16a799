"""What one data folder knows of people, opened on first need."""

from functools import cached_property
from types import TracebackType

import numpy as np

from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder
from music_warehouse.privacy.key import KEY_VARIABLE, key_file, read_key
from music_warehouse.privacy.pseudonyms import Pseudonyms
from music_warehouse.privacy.suppression import read_suppressed
from music_warehouse.privacy.vault import Vault


class PrivacyStore:
    """Pseudonyms, the vault and the suppression list of a data folder.

    A folder that nobody's data come to gets no key and no vault. As a context
    manager it closes the vault at the end.
    """

    def __init__(self, data: DataFolder) -> None:
        self._data = data

    def __enter__(self) -> "PrivacyStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if "vault" in self.__dict__:
            self.vault.close()

    def require_key(self) -> None:
        """Raise UserError where the key is not the lake's; make one for a new lake."""
        _ = self.pseudonyms

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Under the folder's key, which is made if there is none."""
        key = read_key(self._data, may_make=True)
        if key is None:
            raise UserError(
                f"There is no key: set {KEY_VARIABLE}, or restore "
                f"{key_file(self._data)}."
            )
        return Pseudonyms(key)

    def listener(self, user_id: str) -> int | None:
        """The key of the listener that a folder is named by; None for one of whom
        nothing is taken in."""
        key = self.pseudonyms.user_key(user_id)
        return None if (self.suppressed == key).any() else key

    @cached_property
    def vault(self) -> Vault:
        """The tokens of cards."""
        return Vault(self._data.privacy / "vault.sqlite")

    @cached_property
    def suppressed(self) -> np.ndarray:
        """The keys of people of whom nothing is taken in."""
        keys = read_suppressed(self._data.privacy / "suppressed")
        return np.array(sorted(keys), dtype=np.int64)
