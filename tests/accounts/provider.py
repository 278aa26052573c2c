"""An OpenID Connect provider for tests, on loopback: one key, one client, whoever it is told signs in."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "clientela", "secret-of-the-client"


class Provider:
    """`claims` are what its next token says, `lies` replace what it would say rightly."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signing_key, self.alg = self.key, "RS256"
        self.claims: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def settings(self, **more: Any) -> dict[str, Any]:
        """What `config.openid` would make for this provider."""
        usual = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "button": "Our directory", "domains": []}
        usual |= {"create": False, "group_claim": "groups", "roles": {}, "scopes": "openid email profile"}
        return {"issuer": self.issuer, **usual, **more}

    def consent(self, address: str) -> str:
        """What a browser is led back with that was sent to `address` and signed in there: the query of the way back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"code={code}&state={asked['state']}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer to a code, which is good once and with its verifier alone."""
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 300}
        right["nonce"] = asked["nonce"]
        said = {k: v for k, v in {**right, **self.claims, **self.lies}.items() if v is not None}
        text = self._signed(said) if self.alg == "RS256" else self._forged(said)
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": text}

    def _signed(self, said: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, said, self.signing_key)

    def _forged(self, said: dict[str, Any]) -> str:
        """With the public key as a shared secret, or unsigned, which no library would help with."""
        parts = (json.dumps(part).encode() for part in ({"alg": self.alg, "kid": "one", "typ": "JWT"}, said))
        text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        mac = hmac.digest(self.key.as_pem(private=False), text, "sha256") if self.alg == "HS256" else b""
        return f"{text.decode()}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def metadata(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {
            "issuer": self.issuer,
            "id_token_signing_alg_values_supported": ["RS256"],
            **{name: f"{self.issuer}/{place}" for name, place in places.items()},
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_keys = self.path.startswith("/keys")
                self._answer(200, {"keys": [provider.key.as_dict(private=False)]} if is_keys else provider.metadata())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append(self.headers.get("Authorization", ""))
                self._answer(*provider.token({key: values[0] for key, values in parse_qs(body).items()}))

            def _answer(self, code: int, said: dict[str, Any]) -> None:
                body = json.dumps(said).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        return Handler
