"""What the documents leave out, for Schemathesis.

Every check stays on; nothing here looks at an answer. The copy of a document that Schemathesis reads gets what stands
in front of the API, and so in no document of it, and what an export is known to lose, each with its reason.
"""

import json
import os

import schemathesis

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
BEARER = "sandboxBearer"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    key = json.loads(os.environ["PORTAL_SUBSCRIPTION_KEY"])
    for path in raw_schema["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                answers(operation["responses"], key)
                files(operation["responses"])
    bearer(raw_schema)


def answers(responses, key):
    """Adds the statuses that no document of the API has."""
    # A document that declares no success at all (API Management drops what has no description) has one all the same.
    if not any(status.startswith("2") for status in responses):
        responses["2XX"] = {"description": "Done."}
    if "default" in responses:
        return
    # RFC 6750, section 3: a request without a good token, whatever the API.
    added = {"401": "No token, or one that is not good."}
    if key:
        # API Management's own answers, in its own shape, which come before the API is asked: no good key or token, no
        # scope or no quota left, no such operation, too many calls.
        added |= {
            "403": "The token lacks the scope, or the quota is used up.",
            "404": "Resource not found.",
            "429": "Rate limit is exceeded.",
        }
    for status, description in added.items():
        responses.setdefault(status, {"description": description})


def files(responses):
    """A file is no JSON: API Management's export calls every body `application/json`, and the operation's text says that
    it is a PDF."""
    for response in responses.values():
        content = response.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if schema.get("format") == "binary":
            content["application/pdf"] = content.pop("application/json")


def bearer(document):
    """Declares the token where a document asks for the key alone: the portal wants both (its page on authentication)."""
    if not document.get("security"):
        return
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    known = {name for name, it in schemes.items() if it["type"] in ("oauth2", "openIdConnect", "http")}
    if known:
        return
    schemes[BEARER] = {"type": "http", "scheme": "bearer"}
    for requirement in document["security"]:
        requirement[BEARER] = []
