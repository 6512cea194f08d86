"""How long a statement may take: a second more than a lock is waited for, but for changes of the tables."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from forms import schema
from forms.database import Database
from forms.outbox import Outbox
from test_outbox import envelope


@pytest.fixture
def database(postgres):
    name = postgres.database()
    engine = schema.engine(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop(name)


def test_a_statement_that_takes_too_long_costs_its_connection_and_the_next_has_another(database):
    with database.connect() as connection:
        connection.connection.dbapi_connection.patience = 0.5
        with pytest.raises(OperationalError):
            connection.exec_driver_sql("SELECT pg_sleep(100)")
        assert connection.invalidated
    with database.connect() as connection:
        assert connection.scalar(sa.select(1)) == 1


def test_connections_that_end_while_nobody_uses_them_are_replaced(postgres, database):
    with database.connect() as one, database.connect() as other:
        sessions = [connection.scalar(sa.func.pg_backend_pid()) for connection in (one, other)]
    with schema.engine(postgres.url("postgres")).connect() as operator:
        for session in sessions:
            operator.execute(sa.select(sa.func.pg_terminate_backend(session, 5000)))  # waits until it is gone
    with database.connect() as one, database.connect() as other:
        assert [connection.scalar(sa.select(1)) for connection in (one, other)] == [1, 1]


def test_a_lock_that_is_not_to_be_had_costs_no_connection(database):
    lock = sa.select(sa.func.pg_advisory_xact_lock(1))
    with database.connect() as holder, database.connect() as connection:
        holder.execute(lock)
        connection.exec_driver_sql("SET lock_timeout = '0.5s'")
        with pytest.raises(OperationalError):
            connection.execute(lock)
        assert not connection.invalidated


def test_changes_of_the_tables_take_their_time(database):
    @sa.event.listens_for(database, "begin")
    def impatiently(connection):
        if connection.get_execution_options().get("write"):
            connection.connection.dbapi_connection.patience = 0.5

    @sa.event.listens_for(database, "before_cursor_execute")
    def slowly(connection, cursor, statement, *_):
        if "CREATE TABLE outbox" in statement:
            cursor.execute("SELECT pg_sleep(1)")

    schema.prepare(database)
    with database.connect() as connection:
        assert schema.stored_version(connection) == schema.VERSION


def test_what_is_erased_while_the_same_is_stored_again_is_stored_anew(database):
    outbox, erased = Outbox(Database(database.url.render_as_string(hide_password=False))), []
    outbox.add(envelope(1))

    @sa.event.listens_for(outbox.database.engine, "after_cursor_execute")
    def erase(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO outbox") and not erased:
            with database.begin() as other:
                erased.append(other.execute(schema.table.delete()).rowcount)

    assert outbox.add(envelope(1)) == envelope(1).token
    assert erased == [1]
    assert outbox.receipt(envelope(1).token) == envelope(1).receipt
    outbox.database.engine.dispose()
