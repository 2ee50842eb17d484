"""Starts the sandbox of each portal and runs Schemathesis against each of its documents.

Called by scripts/schemathesis.sh, with the Python of its virtual environment.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

HERE = Path(__file__).parent
SPECS = HERE.parent.parent / "specs"

# What is checked. The others of Schemathesis ask for what the documents do not promise.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "use_after_free",
]


class Sandbox:
    """A sandbox on a port of its own, until the end of the block."""

    def __init__(self, binary, portal):
        # Few items, since each made-up organization gets lists of its own.
        self.command = [binary, "--portal", portal, "--port", "0", "--records", "3"]
        self.apis = {}
        self.bundles = {}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        bundle = None
        for line in self.process.stdout:
            words = line.rstrip("\n").split(" ", 2)
            if line.startswith("# Requests;"):
                # What follows is the record of requests; nobody reads it here, and a full pipe would stop the sandbox.
                self.record = subprocess.Popen(
                    ["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL
                )
                return self
            if line.startswith("export "):
                name, _, value = line[len("export ") :].strip().partition("=")
                self.bundles[bundle][name.partition("_")[2]] = value.strip("'")
            elif len(words) == 3 and words[1].endswith(":"):
                self.apis[words[1].rstrip(":")] = words[2]
            elif len(words) == 2 and words[0] == "#":
                bundle = words[1]
                self.bundles[bundle] = {}
        raise SystemExit(f"{' '.join(self.command)} did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.record.wait()


def access(bundles, name, api):
    """What a bundle may do to an API: `write`, `read` or nothing."""
    own = bundles[name].get("access", {}).get(api)
    inherited = [access(bundles, it, api) for it in bundles[name].get("includes", [])]
    found = [it for it in [own, *inherited] if it]
    return "write" if "write" in found else next(iter(found), None)


def bundle_for(manifest, api):
    """The bundle that may do most with an API."""
    bundles = manifest["bundles"]
    ranked = ["write", "read"]
    able = [name for name in bundles if access(bundles, name, api)]
    return min(able, key=lambda name: ranked.index(access(bundles, name, api)))


def token(manifest, own):
    """An access token, asked for in the portal's dialect."""
    provider = manifest["identity-provider"]
    pairs = {"client_id": own["CLIENT_ID"], "client_secret": own["CLIENT_SECRET"]}
    headers = {}
    url = own["TOKEN_URL"]
    if provider["parameters"] == "query-and-json":
        url += "?grant_type=client_credentials"
        headers["content-type"] = "application/json"
        body = json.dumps(pairs)
    else:
        if provider["client-authentication"] == "basic":
            pair = ":".join(urllib.parse.quote(it) for it in pairs.values())
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            pairs = {}
        pairs |= {"grant_type": "client_credentials"}
        if "SCOPE" in own:
            pairs["scope"] = own["SCOPE"]
        body = urllib.parse.urlencode(pairs)
    request = urllib.request.Request(url, body.encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


def run(options, portal, manifest, api):
    """Runs Schemathesis against one document; what it says, and whether it finds nothing."""
    # Schemathesis leaves notes for its next run, which is to be the same as this one.
    with Sandbox(options.sandbox, portal) as sandbox, TemporaryDirectory() as folder:
        own = sandbox.bundles[bundle_for(manifest, api)]
        regions = manifest["gateway"].get("regions") or {"": None}
        url = sandbox.apis[api].replace("{region}", next(iter(regions)))
        headers = {"Authorization": f"Bearer {token(manifest, own)}"}
        key = manifest["gateway"].get("subscription-key")
        if key:
            headers[key["header"]] = own["SUBSCRIPTION_KEY"]
        command = [
            *(str(Path(sys.executable).parent / "st"), "run"),
            str(SPECS / portal / manifest["apis"][api]["document"]),
            *("--url", url),
            *("--checks", ",".join(CHECKS)),
            # The same cases each time.
            *("--seed", str(options.seed), "--generation-database", "none"),
            # A busy machine is no fault of the sandbox.
            *("--request-timeout", "60"),
            *("--max-examples", str(options.examples)),
            *("--continue-on-failure", "--no-color", "--warnings", "off"),
        ]
        for name, value in headers.items():
            command += ["--header", f"{name}: {value}"]
        environment = os.environ | {
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SCHEMATHESIS_HOOKS": "hooks",
            "PORTAL_SUBSCRIPTION_KEY": json.dumps(key),
        }
        done = subprocess.run(
            command,
            env=environment,
            cwd=folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    return done.stdout, done.returncode == 0


def documents(options):
    """Each portal with its manifest and each of its APIs."""
    for file in sorted(SPECS.glob("*/portal.yaml")):
        portal = file.parent.name
        manifest = yaml.safe_load(file.read_text())
        for api in manifest["apis"]:
            portals, apis = options.portal or [portal], options.api or [api]
            if portal in portals and api in apis:
                yield portal, manifest, api


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sandbox", required=True, help="the binary portal-sandbox")
    parser.add_argument("--portal", action="append", help="only this portal; may be repeated")
    parser.add_argument("--api", action="append", help="only this API; may be repeated")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--examples", type=int, default=8, help="the most cases an operation and phase")
    options = parser.parse_args()
    options.sandbox = str(Path(options.sandbox).absolute())
    failed = []
    # A sandbox and a process for each document, so that what one does changes nothing for the others.
    with ThreadPoolExecutor(max_workers=2) as pool:
        each = list(documents(options))
        runs = pool.map(lambda it: run(options, *it), each)
        for (portal, _, api), (said, well) in zip(each, runs):
            found = re.search(r"^  .*generated.*$", said, re.MULTILINE)
            if well and found:
                print(f"{portal}: {api}:{found.group()}", flush=True)
            else:
                print(f"-- {portal}: {api}\n{said}", flush=True)
                failed.append(f"{portal}: {api}")
    if failed:
        sys.exit("Schemathesis finds fault with the sandbox: " + ", ".join(failed))


if __name__ == "__main__":
    main()
