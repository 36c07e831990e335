"""Fetches the Debian packages whose documentation the text sets are made of, and unpacks them; they
are never installed."""

import os
import shutil
import subprocess
import tempfile

from failure import Failure

NAMES = [
    "apache2-doc",
    "bash-doc",
    "debian-handbook",
    "debian-policy",
    "debian-reference-en",
    "dict-foldoc",
    "dict-gcide",
    "dict-jargon",
    "erlang-doc",
    "fortunes",
    "git-doc",
    "gnuplot-doc",
    "linux-doc-6.1",
    "manpages",
    "manpages-dev",
    "perl-doc",
    "postgresql-doc-15",
    "python-django-doc",
    "python3.11-doc",
    "sqlite3-doc",
    "wordnet-base",
]


def download(name, directory):
    # apt checks the package against its signed lists, whatever the version.
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=", "download", name]
    subprocess.run(command, cwd=directory, check=True, stderr=subprocess.PIPE)
    return os.path.join(directory, os.listdir(directory)[0])


def fetch(name, destination):
    """Leaves the package's files in `destination`, whole or not at all; returns its version."""
    version = os.path.join(destination, "VERSION")
    if not os.path.exists(destination):
        os.makedirs(os.path.dirname(destination), exist_ok=True)
        staging = tempfile.mkdtemp(prefix=".fetch.", dir=os.path.dirname(destination))
        try:
            archive = os.path.join(staging, "archive")
            os.mkdir(archive)
            package = download(name, archive)
            tree = os.path.join(staging, "tree")
            subprocess.run(["dpkg-deb", "--extract", package, tree], check=True)
            field = ["dpkg-deb", "--field", package, "Version"]
            with open(os.path.join(tree, "VERSION"), "wb") as file:
                file.write(subprocess.run(field, check=True, capture_output=True).stdout)
            os.rename(tree, destination)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    with open(version, encoding="utf-8") as file:
        return file.read().strip()


def fetch_all(directory, report):
    """Fetches every package into a folder of `directory`; returns their versions by name."""
    versions = {}
    for name in NAMES:
        destination = os.path.join(directory, name)
        if not os.path.exists(destination):
            report(f"fetching the package {name}")
        try:
            versions[name] = fetch(name, destination)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or b"").decode("utf-8", "replace").strip()
            raise Failure(
                f"apt-get could not download {name}; sudo apt-get update may help: {reason}"
            ) from None
    return versions
