"""What operators have found out about accounts: a delivery like the others."""

import numpy as np
import pyarrow as pa

from music_warehouse.synthetic.service.planted import ATTACKS, Role, Roles

LABEL_SCHEMA = pa.schema([("user_id", pa.int64()), ("label", pa.string())])


def label_table(roles: Roles, first: int, last: int) -> pa.Table:
    """The attack of every account that attacks between two days, `honest` for the
    super-fans, who were looked into because they play so much; by user."""
    labels = {int(user): "honest" for user in roles.of(Role.SUPER_FAN)}
    for role in ATTACKS:
        active = [roles.active(role, day) for day in range(first, last + 1)]
        for user in np.unique(np.concatenate(active)):
            labels[int(user)] = role.name.lower()
    users = sorted(labels)
    return pa.table(
        {
            "user_id": pa.array([user + 1 for user in users], pa.int64()),
            "label": pa.array([labels[user] for user in users], pa.string()),
        }
    )
