"""Alembic environment and the steps of the schema, inside the package so that an installation can upgrade itself."""
