import os

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

from pulseboard.wsgi import short_cut

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "driver_app.settings")

application = short_cut(StaticFilesHandler(get_wsgi_application()))
