"""What Alembic runs for each command: the migrations, on the connection that `schema` gave it."""

from alembic import context

from edgewise.adapters.sql.models import metadata


def run() -> None:
    """Run the migrations inside the transaction the connection is in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=context.config.attributes["version_table"],
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic runs this file; plain importing does nothing
    run()
