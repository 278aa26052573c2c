"""Dramatiq's entry: `dramatiq workers`. Sets the application's broker and imports every module with actors."""

from importlib import import_module
from pkgutil import iter_modules

import dramatiq
from dramatiq.middleware import CurrentMessage

from app import create_app
from workers.presence import Presence

application = create_app(views=False)
broker = application.extensions["broker"]
dramatiq.set_broker(broker)

for middleware in (Presence(application), CurrentMessage()):
    broker.add_middleware(middleware)

# An actor needs the broker to be set. The clock is a program of its own, with an application of its own.
for module in iter_modules(__path__):
    if module.name != "schedule":
        import_module(f"workers.{module.name}")
