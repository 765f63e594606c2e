"""All settings, read once from the environment. The table in docs/settings.md explains each."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from tonerloop.config.database import databases, direct
from tonerloop.config.environment import flag, push_key, secret_key, text
from tonerloop.config.logs import logging_settings

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(text("TONERLOOP_HOME", ".tonerloop")).resolve()

DEBUG = flag("TONERLOOP_DEBUG", default=False)
DEMO = flag("TONERLOOP_DEMO", default=False)
SECRET_KEY = secret_key(HOME)
BASE_URL = text("TONERLOOP_URL", "http://127.0.0.1:8000")
LIVE_URL = text("TONERLOOP_LIVE_URL", "http://127.0.0.1:8001/live")
ALLOWED_HOSTS = text("TONERLOOP_HOSTS", "127.0.0.1,localhost").split(",")
ALLOWED_HOSTS.append(urlsplit(BASE_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "tonerloop.web.shared",  # before allauth: its templates win
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.forms",  # after: its form templates can be replaced
    "procrastinate.contrib.django",
    "tonerloop.journal",
    "tonerloop.parties",
    "tonerloop.programs",
    "tonerloop.catalogue",
    "tonerloop.fleet",
    "tonerloop.pricing",
    "tonerloop.points",
    "tonerloop.orders",
    "tonerloop.collection",
    "tonerloop.manufacturers",
    "tonerloop.outbound",
    "tonerloop.web.customer",
    "tonerloop.web.salesperson",
    "tonerloop.web.seller",
    "tonerloop.web.manufacturer",
    "tonerloop.web.driver",
    "tonerloop.web.collector",
    "tonerloop.web.recovery",
    "tonerloop.web.operator",
    "tonerloop.api",
]

MIDDLEWARE = [
    "tonerloop.web.shared.watching.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "tonerloop.web.shared.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tonerloop.web.shared.walls.WallMiddleware",
    "tonerloop.web.shared.actors.ActorMiddleware",
    "tonerloop.web.shared.reading.JustChanged",
    "tonerloop.web.shared.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "tonerloop.config.urls"
WSGI_APPLICATION = "tonerloop.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tonerloop.web.shared.context.page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = databases(HOME)
DATABASE_ROUTERS = ["tonerloop.common.reading.Router"]
DIRECT_DATABASE = direct()  # for LISTEN, where a pooler stands before the other one
# Limits are counted here: memory of a process's own would count each web process by itself.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # or a flood would push out what is being counted
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "tonerloop.parties.passwords.NotTooLong"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "tonerloop.parties.passwords.NotGuessable"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "tonerloop.web.shared.login.LoginForm"}
ACCOUNT_ADAPTER = "tonerloop.web.shared.accounts.InvitedOnlyAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Of one address; what failed is counted and slowed down by parties/tries.py, here is only room for
# an office on a Monday morning.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "tonerloop_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "tonerloop_csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# What programs may do: docs/api.md, and how it is counted: programs/limits.py.
API_PER_MINUTE = int(text("TONERLOOP_API_PER_MINUTE", "600"))
API_FAILED_PER_MINUTE = int(text("TONERLOOP_API_FAILED_PER_MINUTE", "60"))
PROXIES = int(text("TONERLOOP_PROXIES", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES  # the limits of log-ins and of links in mails
JOBS = int(text("TONERLOOP_JOBS", "4"))

LANGUAGE_CODE = "en"
# A third language is one more line here and one folder under locale/.
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LANGUAGE_COOKIE_NAME = "tonerloop_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

EMAIL_HOST = text("TONERLOOP_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = int(text("TONERLOOP_SMTP_PORT", "8025"))
EMAIL_HOST_USER = text("TONERLOOP_SMTP_USER", "")
EMAIL_HOST_PASSWORD = text("TONERLOOP_SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("TONERLOOP_SMTP_TLS", default=False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = text("TONERLOOP_MAIL_FROM", "Tonerloop <orders@tonerloop.example>")

PUSH_KEY = push_key(HOME)
PUSH_ANYWHERE = flag("TONERLOOP_PUSH_ANYWHERE", default=False)
# Webhooks to addresses of this machine or a private net, and without TLS: see docs/settings.md.
WEBHOOK_PRIVATE = flag("TONERLOOP_WEBHOOK_PRIVATE", default=DEMO)

PROCRASTINATE_WORKER_DEFAULTS = {"update_heartbeat_interval": 5.0, "stalled_worker_timeout": 20.0}

METRICS_TOKEN = text("TONERLOOP_METRICS_TOKEN", "")
LOGGING: dict[str, Any] = logging_settings()
