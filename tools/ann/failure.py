"""What ends a run with one line on stderr."""


class Failure(Exception):
    """Says what happened and what to do."""
