"""
Settings of the driver app, an ordinary Django project that Pulseboard watches.

Pulseboard takes three lines: one in INSTALLED_APPS, one in MIDDLEWARE and one in
`urls.py`. The environment says which servers there are; without any, SQLite, local
memory and the console do.
"""

import importlib.util
import os
from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DRIVER_DATA_DIR", BASE_DIR))
PORT = os.environ.get("DRIVER_PORT", "8000")
HAS_UNFOLD = importlib.util.find_spec("unfold") is not None

SECRET_KEY = os.environ.get("DRIVER_SECRET_KEY", "example-only-" + "x" * 50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "driver_app.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
USE_TZ = True
TIME_ZONE = "Europe/Madrid"
STATIC_URL = "static/"

INSTALLED_APPS = [
    "pulseboard",
    *(["unfold"] if HAS_UNFOLD else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "accounts",
    "trips",
]

MIDDLEWARE = [
    "pulseboard.middleware.PulseboardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if "DRIVER_DATA_DIR" in os.environ:  # the demo, which breaks things to show an outage
    MIDDLEWARE.append("driver_app.broken.BreakOnRequest")
    BROKEN_PATHS = DATA_DIR / "broken-paths"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "oauth2_provider.backends.OAuth2Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

if "DRIVER_POSTGRES_PORT" in os.environ:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "driver",
            "USER": "driver",
            "PASSWORD": os.environ["DRIVER_POSTGRES_PASSWORD"],
            "HOST": "127.0.0.1",
            "PORT": os.environ["DRIVER_POSTGRES_PORT"],
            "CONN_HEALTH_CHECKS": True,
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "driver.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;",
                "timeout": 20,
            },
        }
    }

if "DRIVER_REDIS_PORT" in os.environ:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://:{DRIVER_REDIS_PASSWORD}@127.0.0.1:{DRIVER_REDIS_PORT}/0".format(
                **os.environ
            ),
        }
    }

DEFAULT_FROM_EMAIL = "driver-app@driver.example"
SMTP_PORT = int(os.environ.get("DRIVER_SMTP_PORT", 0))
MAIL_BACKEND = "smtp" if SMTP_PORT else "console"
MAIL_SERVER = {"host": "127.0.0.1", "port": SMTP_PORT, "timeout": 5}
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": f"django.core.mail.backends.{MAIL_BACKEND}.EmailBackend",
            "OPTIONS": MAIL_SERVER if SMTP_PORT else {},
        }
    }
else:
    EMAIL_BACKEND = f"django.core.mail.backends.{MAIL_BACKEND}.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = MAIL_SERVER.values()

PULSEBOARD = {
    "SERVICE_NAME": "Driver app",
    "PUBLIC_URL": f"http://127.0.0.1:{PORT}",
    "ALERT_EMAIL_RECIPIENTS": ["ops@driver.example"],
    "CHECK_EVERY": "10s",
    "LOG_DIR": str(DATA_DIR / "logs"),
}
if "DRIVER_REDIS_PORT" in os.environ:
    PULSEBOARD["CHECKS"] = {"cache": {"title": "Redis cache"}}
if SMTP_PORT:
    PULSEBOARD["EXTERNAL_SERVICES"] = {"E-mail": "smtp"}

UNFOLD = {
    "SITE_TITLE": "Driver app",
    "SITE_HEADER": "Driver app",
    "SIDEBAR": {
        "show_all_applications": True,
        "navigation": "pulseboard.unfold.navigation",
    },
}
