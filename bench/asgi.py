"""The product by Django's own ASGI handler, for comparison: without the gate."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
