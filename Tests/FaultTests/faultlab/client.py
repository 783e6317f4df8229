"""One client of the box: HTTPS with keep-alive, from any address of the loopback network."""

import dataclasses
import http.client
import json
import ssl
import time

THROTTLED_SECONDS_MAX = 60


class Lost(Exception):
    """No answer came: nobody outside knows whether the request was carried out."""


@dataclasses.dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: dict
    body: bytes
    cookies: str = ""

    @property
    def json(self):
        """The body as JSON; an empty object if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def version(self):
        """The version that the ETag names, or 0."""
        tag = self.headers.get("etag", "")
        digits = "".join(letter for letter in tag if letter.isdigit())
        return int(digits) if digits else 0

    @property
    def is_ok(self):
        """Whether the box says that it did it."""
        return 200 <= self.status < 300

    @property
    def code(self):
        """The issue code of an OperationOutcome, or an empty text."""
        issues = self.json.get("issue") or [{}]
        return issues[0].get("code", "")


class Client:
    """Asks one box; use one a thread."""

    def __init__(self, port, token=None, ca=None, address=None, timeout=30):
        self.port = port
        self.token = token
        self.address = address
        self.timeout = timeout
        self.context = tls_context(ca)
        self.connection = None
        self.throttled = 0

    def request(self, method, path, body=None, headers=None):
        """One request; waits and asks again where the box says that it is asked too often.

        Raises ``Lost`` where no whole answer came.
        """
        deadline = time.monotonic() + THROTTLED_SECONDS_MAX
        while True:
            answer = self.once(method, path, body, headers)
            if answer.status != 429 or time.monotonic() > deadline:
                return answer
            self.throttled += 1
            time.sleep(min(1.0, float(answer.headers.get("retry-after", "1")) / 10))

    def once(self, method, path, body=None, headers=None):
        """One request, whatever the answer."""
        try:
            if self.connection is None:
                self.connection = self.connect()
            self.connection.request(method, path, encoded(body), self.fields(body, headers))
            answer = self.connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            cookies = [one.split(";")[0] for one in answer.headers.get_all("Set-Cookie", [])]
            whole = Answer(answer.status, fields, answer.read(), "; ".join(cookies))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self.close()
            raise
        if fields.get("connection", "").lower() == "close":
            self.close()
        return whole

    def connect(self):
        """An open connection."""
        source = (self.address, 0) if self.address else None
        made = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=self.timeout, context=self.context,
            source_address=source)
        made.connect()
        return made

    def fields(self, body, headers):
        """The header fields of a request."""
        made = {"Accept": "application/fhir+json"}
        if self.token:
            made["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            made["Content-Type"] = "application/fhir+json"
        made.update(headers or {})
        return made

    def close(self):
        """Closes the connection; the next request opens another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # What the cases ask most.

    def get(self, path, headers=None):
        """Reads."""
        return self.request("GET", path, None, headers)

    def create(self, resource, key=None):
        """Creates a resource under an id of the box's choice."""
        headers = {"Idempotency-Key": key} if key else None
        return self.request("POST", f"/fhir/{resource['resourceType']}", resource, headers)

    def update(self, resource, version=None, key=None):
        """Replaces a resource, optionally only if `version` is still the newest."""
        headers = {}
        if version is not None:
            headers["If-Match"] = f'W/"{version}"'
        if key:
            headers["Idempotency-Key"] = key
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        return self.request("PUT", path, resource, headers)

    def sign_in(self, user, password):
        """One try to sign in, as a browser of the box's own pages sends it."""
        token, self.token = self.token, None
        try:
            return self.once(
                "POST", "/api/v1/auth/login", {"username": user, "password": password},
                {"Content-Type": "application/json", "Origin": f"https://127.0.0.1:{self.port}",
                 "Accept": "application/json"})
        finally:
            self.token = token

    def count(self, kind):
        """How many live resources of a type the box says it has."""
        answer = self.get(f"/fhir/{kind}?_summary=count")
        if not answer.is_ok:
            raise Lost(f"GET /fhir/{kind}?_summary=count answered {answer.status}")
        return answer.json.get("total")


def encoded(body):
    """The bytes of a body."""
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def tls_context(ca):
    """Trusts the box's own authority if it has written one down."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if ca:
        context.load_verify_locations(cadata=ca)
    else:
        context.verify_mode = ssl.CERT_NONE
    return context
