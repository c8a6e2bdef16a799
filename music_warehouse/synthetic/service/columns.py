"""Columns of one length, as a dataclass holds them."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Base of dataclasses all of whose fields are arrays of the same length."""

    def __len__(self) -> int:
        return len(next(iter(vars(self).values())))

    def take(self, chosen: NDArray[Any] | slice) -> Self:
        """Some of the rows, by mask, places or slice."""
        return type(self)(*(values[chosen] for values in vars(self).values()))

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, in their order."""
        names = [field.name for field in fields(cast(Any, cls))]
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
        )
