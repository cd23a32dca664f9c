"""The pages as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Loads the models, the table of addresses with its doors, and the locks."""

    name = "stockward.web"
    label = "web"
    verbose_name = "Stockward"

    def ready(self) -> None:
        """Count wrong second factors as wrong passwords are."""
        from stockward.web.signing_in.locks import lock_second_factors

        lock_second_factors()
