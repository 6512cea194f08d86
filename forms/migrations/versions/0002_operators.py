"""What operators are told by: kinds, suspicions, alarms, workers, and indexes for the counts."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Add columns with server defaults, so that code of the version before can go on inserting."""
    op.add_column("outbox", sa.Column("kind", sa.String(16), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("suspicious", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("alarmed_at", sa.Double))
    op.create_table(
        "workers",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("seen_at", sa.Double, nullable=False),
    )
    op.drop_index("outbox_due", "outbox")
    pending = "sent_at IS NULL AND failed_at IS NULL"
    _index("outbox_due", ["next_attempt_at", "attempts", "received_at", "sent_at", "failed_at"], pending)
    _index("outbox_parked", ["failed_at"], "failed_at IS NOT NULL")
    _index("outbox_sent", ["sent_at"], "sent_at IS NOT NULL")
    _index("outbox_received", ["received_at", "kind"])


def _index(name: str, columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, "outbox", columns, sqlite_where=condition, postgresql_where=condition)
