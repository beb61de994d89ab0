import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from pulseboard.asgi import short_cut

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "driver_app.settings")

# An example serves its own static files; a real site leaves that to its web server.
application = short_cut(ASGIStaticFilesHandler(get_asgi_application()))
