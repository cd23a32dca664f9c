"""The pages as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Loads the models, the table of addresses with its doors, and the locks."""

    name = "stockward.web"
    label = "web"
    verbose_name = "Stockward"

    def ready(self) -> None:
        """Count wrong second factors as wrong passwords are, and write down who signs in."""
        from stockward.web.signing_in.locks import lock_second_factors
        from stockward.web.signing_in.security_events import listen_to_signing_in

        lock_second_factors()
        listen_to_signing_in()
