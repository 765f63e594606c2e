from django.http import HttpResponse

healthz = readyz = lambda r: HttpResponse("ok")
