"""The settings of Django, as a function of the place of the server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stockward.web.running.place import ServerPlace, postgresql_parts

UPLOAD_MOST = 64_000_000
"""Bytes of a request beyond which it is refused."""
_HERE = Path(__file__).parents[1]
SESSION_IDLE, SESSION_LONGEST = timedelta(hours=1), timedelta(hours=8)
"""How long a session lasts without use, and at most."""
_WRONG_TRIES, _LOCKED_FOR = 5, timedelta(minutes=15)
_SELF = "'self'"
_PASSWORDS = "django.contrib.auth.password_validation"
_SQLITE_BEGINS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"


def django_settings(place: ServerPlace) -> dict[str, Any]:
    """All that Django, and what stands on it, is told."""
    return {
        "DEBUG": False,
        "SECRET_KEY": place.secret("pages"),
        "STOCKWARD_PLACE": place,
        "ALLOWED_HOSTS": place.hosts,
        "ROOT_URLCONF": "stockward.web.urls",
        "DATABASES": {"default": _database(place)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": _APPS,
        "MIDDLEWARE": _MIDDLEWARE,
        "TEMPLATES": [_TEMPLATES],
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}},
        "FORM_RENDERER": "django.forms.renderers.TemplatesSetting",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 4_000,
        "LOGGING": _logging(place),
        **_languages(),
        **_static_files(),
        **_signing_in(),
        **_headers(place),
    }


_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "stockward.web.app.WebConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
]

_MIDDLEWARE = [
    "stockward.web.confidential.unseen.NobodyAsks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "stockward.web.doors.PrivateAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "stockward.web.signing_in.sessions.LimitedSessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [str(_HERE / "templates")],
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.i18n",
            "django.contrib.messages.context_processors.messages",
            "stockward.web.context.frame",
        ]
    },
}


def _database(place: ServerPlace) -> dict[str, Any]:
    if place.database is not None:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            **postgresql_parts(place.database),
        }
    # A transaction that begins by reading and then writes would fail where another writes in between, and not wait.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": place.folder / "accounts.sqlite",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_BEGINS},
    }


def _languages() -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("de", "Deutsch")],
        "LOCALE_PATHS": [str(_HERE / "locale")],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
    }


def _static_files() -> dict[str, Any]:
    return {
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [],
        "STATICFILES_FINDERS": ["stockward.web.static_files.OwnFiles"],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
    }


def _signing_in() -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "web.UserAccount",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
            {
                "NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator",
                "OPTIONS": {"user_attributes": ("name",)},
            },
            {"NAME": "stockward.web.signing_in.passwords.NoLocalWords"},
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "home",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_ADAPTER": "stockward.web.signing_in.adapters.ClosedAccounts",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "name",
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_PRESERVE_USERNAME_CASING": False,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        # Wrong tries are counted in one place, by axes, in the database.
        "ACCOUNT_RATE_LIMITS": {"login_failed": None},
        "ACCOUNT_FORMS": {
            "reauthenticate": "stockward.web.signing_in.forms.PasswordAgain",
            "change_password": "stockward.web.signing_in.forms.AnotherPassword",
        },
        "MFA_ADAPTER": "stockward.web.signing_in.adapters.SecondFactors",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_FORMS": {
            "authenticate": "stockward.web.signing_in.forms.SecondFactor",
            "reauthenticate": "stockward.web.signing_in.forms.SecondFactorAgain",
        },
        "AXES_FAILURE_LIMIT": _WRONG_TRIES,
        "AXES_COOLOFF_TIME": _LOCKED_FOR,
        "AXES_LOCKOUT_PARAMETERS": ["username"],
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
        "AXES_LOCKOUT_CALLABLE": "stockward.web.pages.refusals.locked",
        "AXES_USERNAME_CALLABLE": "stockward.web.signing_in.locks.name_tried",
        "AXES_SENSITIVE_PARAMETERS": ["username", "login", "code", "password", "oldpassword"],
        "AXES_ENABLE_ADMIN": False,
        # Behind one proxy or on one machine all have one address: a lock on it would lock out everybody.
        "SILENCED_SYSTEM_CHECKS": ["axes.W006"],
        "AXES_DISABLE_ACCESS_LOG": True,
        "AXES_VERBOSE": False,
    }


def _headers(place: ServerPlace) -> dict[str, Any]:
    secure = place.proxy is not None
    prefix = "__Host-" if secure else ""
    told = {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_AGE": int(SESSION_LONGEST.total_seconds()),
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{prefix}csrf",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_FAILURE_VIEW": "stockward.web.pages.refusals.forged",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": _POLICY},
    }
    if place.proxy is None:
        return told
    return told | {
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "CSRF_TRUSTED_ORIGINS": [f"https://{urlsplit(place.proxy).netloc}"],
    }


_POLICY = {
    "default-src": ["'none'"],
    "script-src": [_SELF],
    "style-src": [_SELF],
    "img-src": [_SELF, "data:"],
    "connect-src": [_SELF],
    "frame-src": [_SELF],
    "object-src": ["'none'"],
    "form-action": [_SELF],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def _logging(place: ServerPlace) -> dict[str, Any]:
    """Faults, and who signs in, go to a file in the folder, and neither to the browser nor to the terminal."""
    file = {
        "class": "logging.FileHandler",
        "filename": str(place.folder / "server.log"),
        "formatter": "plain",
        "delay": True,
        "filters": ["nobody_asked", "no_links"],
        "level": "INFO",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "filters": {
            "nobody_asked": {"()": "stockward.web.confidential.unseen.NobodyAsked"},
            "no_links": {"()": "stockward.web.running.log.WithoutLinks"},
        },
        "handlers": {"file": file},
        "root": {"handlers": ["file"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["file"], "level": "WARNING", "propagate": False},
            "stockward.web.signing_in": {"level": "INFO"},
            # What anybody can ask for without an account must not fill the disk; who was turned away, doors write.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
