"""Run by Alembic for every command, on the connection that `ivr.store.upgrade` (or a maintainer's tool) gives it."""

from alembic import context

from ivr.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is the caller's, around all steps
)
context.run_migrations()
