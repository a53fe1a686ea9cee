"""The probe sqlite_query: a statement, and the number that it gives."""

import sqlite3

import provider_pb2 as wire


class Query:
    name = "sqlite_query"
    capabilities = [wire.CAPABILITY_SUMMARIZE]
    schema = wire.Block(description="Runs a statement on an SQLite database.", attributes=[
        wire.Attribute(name="database", kind="string", required=True, description="File of the database, an absolute path.", example='"/var/lib/shop/shop.db"'),
        wire.Attribute(name="statement", kind="string", required=True, description="What is run; a number in its first row is the sample's value.", example='"SELECT count(*) FROM orders"'),
    ])

    def summary(self, config):
        return f"{config.get('statement')} on {config.get('database')}"

    def sample(self, config, timeout):
        try:
            connection = sqlite3.connect(config["database"], timeout=timeout, isolation_level=None)
            try:
                row = connection.execute(config["statement"]).fetchone()
            finally:
                connection.close()
        except sqlite3.Error as error:
            return wire.Sample(error=str(error))
        sample = wire.Sample(ok=True)
        if row and isinstance(row[0], (int, float)):
            sample.value = row[0]
        return sample
