"""Dramatiq's entry: `dramatiq workers`. Sets the application's broker and imports every module with actors."""

import dramatiq

from app import create_app

application = create_app(views=False)
broker = application.extensions["broker"]
dramatiq.set_broker(broker)

from workers import beat, imports, mailing  # noqa: E402, F401  (an actor needs the broker to be set)
