"""Texts in English and Chinese: manual pages of two Debian packages, which are never installed."""

import glob
import gzip
import os
import re

import packages

# Each language's package, and the pages in it.
PACKAGES = {
    "english": ("manpages-dev", "usr/share/man/man*/*.gz"),
    "chinese": ("manpages-zh", "usr/share/man/zh_CN/man*/*.gz"),
}
MAXIMUM_CHARACTERS = 1_500_000


def plain(page):
    """A page without the marks of troff."""
    lines = []
    for line in page.splitlines():
        if line.startswith((".B ", ".I ", ".SH ")):
            line = line.split(" ", 1)[1]
        if not line.startswith((".", "'")):
            lines.append(line)
    text = re.sub(r"\\f(\[[A-Z]*\]|[A-Z])|\\s[-+]?\d|\\&", "", "\n".join(lines))
    return re.sub(r"\\([-.'])", r"\1", text)


def texts(home, report):
    """Returns each language's pages."""
    result = {}
    for language, (package, pattern) in PACKAGES.items():
        folder = os.path.join(home, "packages", package)
        if not os.path.exists(folder):
            report(f"fetching the package {package}")
        packages.fetch(package, folder)
        pages, size = [], 0
        for path in sorted(glob.glob(os.path.join(folder, pattern))):
            # Pages that are links have no text of their own.
            if os.path.islink(path) or size > MAXIMUM_CHARACTERS:
                continue
            with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
                page = plain(file.read())
            if len(page) > 500:
                pages.append(page)
                size += len(page)
        result[language] = pages
    return result
