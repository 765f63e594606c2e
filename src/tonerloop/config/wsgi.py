"""The product as a WSGI application."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
product = get_wsgi_application()

# These need what was just set up.
from tonerloop.config import urls as urls  # noqa: E402 - all views, before anybody waits for one
from tonerloop.config.gate import Gate  # noqa: E402
from tonerloop.config.serve import threads, waiting  # noqa: E402

application = Gate(product, most=threads(), wait=waiting())

# All this stays for ever. Looked through for garbage again and again it would hold up whoever is
# being served, for 80 ms each time.
gc.collect()
gc.freeze()
