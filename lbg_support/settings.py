"""All settings, from the environment only. `.env.example` lists every variable with its default.

APP_PROFILE=local (the default) is for one machine: loopback addresses, plain HTTP, the demo company.
APP_PROFILE=production asks for SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL and switches HTTPS on.
"""

import secrets
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

APP_PROFILE = env.str("APP_PROFILE", default="local")
if APP_PROFILE not in {"local", "production"}:
    raise ImproperlyConfigured("APP_PROFILE must be local or production.")
IS_PRODUCTION = APP_PROFILE == "production"
IS_TEST = "pytest" in sys.modules
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def required(name: str) -> str:
    """The variable that production cannot do without."""
    if value := env.str(name, default=""):
        return value
    raise ImproperlyConfigured(f"{name} must be set when APP_PROFILE=production. See .env.example.")


def local_secret_key() -> str:
    """A key made once for this folder, so that a restart does not log everybody out."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(64))
        path.chmod(0o600)
    return path.read_text()


def database_from(url: str) -> dict:
    """Django's dictionary for a postgres:// URL; `?host=/dir` names a folder with a Unix socket."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_IS_POOLED", default=False),
        "OPTIONS": {"connect_timeout": 5, "application_name": "lbg_support"},
    }


def live_origin(url: str) -> str:
    """The scheme, host and port of an absolute URL; an address of this site needs none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


# --- Where it runs -----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY") if IS_PRODUCTION else env.str("SECRET_KEY", default="") or local_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = (
    [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
    if IS_PRODUCTION
    else env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "lbg_support.urls"
WSGI_APPLICATION = "lbg_support.wsgi.application"
DATABASES = {
    "default": database_from(
        required("DATABASE_URL") if IS_PRODUCTION else env.str("DATABASE_URL", default="postgres:///lbg_support")
    )
}
REDIS_URL = required("REDIS_URL") if IS_PRODUCTION else env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

# --- What it is made of ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "core",
    "live",
    "accounts",
    "messaging",
    "notifications",
    "files",
    "knowledge",
    "catalog",
    "partners",
    "deals",
    "chat",
    "invoices",
    "reports",
    "meetings",
    "search",
    "demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "pghistory",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.middleware.PlainTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.DefaultDenyMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "search.middleware.RecentMiddleware",
    "core.middleware.PrivatePagesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.lbg", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lbg_support.navigation.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedSignupAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/m/key", "reset_password": "10/h/ip,3/h/key"}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Moscow"

# --- Cache and jobs ----------------------------------------------------------------------------------------------
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "core.jobs.tick", "schedule": 60.0, "options": {"expires": 55}},
}

# --- Live pages --------------------------------------------------------------------------------------------------
# Where browsers find the event process (live.server): an address of this site, or one with another port.
LIVE_URL = env.str("LIVE_URL", default="/live/stream" if IS_PRODUCTION else "")

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": f"django.core.files.storage.{'InMemoryStorage' if IS_TEST else 'FileSystemStorage'}"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_TEST or DEBUG
        else "core.storage.StaticStorage"
    },
}
WHITENOISE_USE_FINDERS = IS_TEST or DEBUG
MEDIA_ROOT = VAR_DIR / "media"
FILES_MAX_BYTES = env.int("FILES_MAX_MB", default=20) * 1024 * 1024
STATEMENT_MAX_BYTES = env.int("STATEMENT_MAX_MB", default=150) * 1024 * 1024

# --- Requests of customers ---------------------------------------------------------------------------------------
REQUESTS_KEPT_DAYS = env.int("REQUESTS_KEPT_DAYS", default=180)
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="")

# --- Mail --------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if not (IS_PRODUCTION or env.str("EMAIL_HOST", default="")):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="support@localhost")

# --- Messages: what goes to partners through the outbox --------------------------------------------------------------
MAIL_GATEWAY = env.str("MAIL_GATEWAY", default="") or ("smtp" if "smtp" in EMAIL_BACKEND else "keep")
SMS_GATEWAY = env.str("SMS_GATEWAY", default="keep")
SMS_SENDER = env.str("SMS_SENDER", default="")
SMS_PART_PRICE = Decimal(env.str("SMS_PART_PRICE", default="5.00"))
SMS_LOW_BALANCE = Decimal(env.str("SMS_LOW_BALANCE", default="500"))
SMS_DAILY_PER_NUMBER = env.int("SMS_DAILY_PER_NUMBER", default=3)
SMS_DAILY_TOTAL = env.int("SMS_DAILY_TOTAL", default=300)
SMSC_URL = env.str("SMSC_URL", default="https://smsc.ru/sys/")
SMSC_LOGIN = env.str("SMSC_LOGIN", default="")
SMSC_PASSWORD = env.str("SMSC_PASSWORD", default="")
SMSC_API_KEY = env.str("SMSC_API_KEY", default="")
SMS_HTTP_URL = env.str("SMS_HTTP_URL", default="")
SMS_HTTP_STATUS_URL = env.str("SMS_HTTP_STATUS_URL", default="")
SMS_HTTP_TOKEN = env.str("SMS_HTTP_TOKEN", default="")
GATEWAY_CONNECT_TIMEOUT = env.int("GATEWAY_CONNECT_TIMEOUT", default=5)
GATEWAY_TIMEOUT = env.int("GATEWAY_TIMEOUT", default=15)
MESSAGES_TEST_EMAIL = env.str("MESSAGES_TEST_EMAIL", default="")
MESSAGES_TEST_PHONE = env.str("MESSAGES_TEST_PHONE", default="")
OUTBOX_ON_HOLD = env.bool("OUTBOX_ON_HOLD", default=False)
if IS_TEST:
    MAIL_GATEWAY = SMS_GATEWAY = "keep"

# --- Audit -------------------------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False

# --- Security ----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *filter(None, [live_origin(LIVE_URL)])],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "lbg_support.refusals.csrf_failure"
if IS_PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_HTTPS_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_NAME = "__Host-sid"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Log ---------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"weasyprint": {"level": "ERROR"}, "fontTools": {"level": "WARNING"}},
}
