import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0004_entering"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandInCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.CharField(blank=True, max_length=40)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hands", to="web.sealedcount"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("count", "account", "line"), name="hand_once")],
            },
        ),
    ]
