"""The product as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
product = get_wsgi_application()

from tonerloop.config.gate import Gate  # noqa: E402 - it needs what was just set up
from tonerloop.config.serve import threads, waiting  # noqa: E402

application = Gate(product, most=threads(), wait=waiting())
