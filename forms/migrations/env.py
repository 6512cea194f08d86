"""Runs the versions that a database lacks in the transaction that `schema.prepare` began."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
