"""What counts log-ins that failed, and a cache that all web processes share.

Both are unlogged: losing them in a crash costs a wait of some minutes, writing them costs no
write-ahead log.
"""

from django.db import migrations, models

CACHE = """
CREATE UNLOGGED TABLE shared_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX shared_cache_expires ON shared_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0005_confirms_by_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("bucket", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                ("free_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["last_at"], name="tries_by_age")]},
        ),
        migrations.RunSQL(
            "ALTER TABLE parties_tries SET UNLOGGED;",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(CACHE, "DROP TABLE shared_cache;"),
    ]
