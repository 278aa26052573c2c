"""What the tests stand on: real servers, one database a worker, a mail server, a browser. Fixtures in conftest.py."""
