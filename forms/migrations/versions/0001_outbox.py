"""The outbox. Databases made before versions were counted have it already."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None
PENDING = sa.text("sent_at IS NULL AND failed_at IS NULL")


def upgrade() -> None:
    """Make the tables where there are none."""
    if sa.inspect(op.get_bind()).has_table("outbox"):
        return
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("email", sa.String(320), nullable=False, index=True),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("next_attempt_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_since", sa.Double),
        sa.Column("leased_until", sa.Double),
        sa.Column("sent_at", sa.Double),
        sa.Column("failed_at", sa.Double),
        sa.Column("reply", sa.Text, nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["next_attempt_at"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_table("probe", sa.Column("filled", sa.LargeBinary, nullable=False))
