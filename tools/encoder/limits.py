"""What the processor could do at most, and what the encoder needs of it."""

import json
import os
import subprocess

from failure import Failure


def build(folder):
    """Compiles the loops; returns the program."""
    program = os.path.join(folder, "limits")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "limits.c")
    command = ["cc", "-std=gnu11", "-O2", "-pthread", "-o", program, source]
    log = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if log.returncode:
        raise Failure(f"limits.c does not compile:\n{log.stdout}")
    return program


def measure(program, threads):
    """The operations a second of each precision, for so many threads."""
    output = subprocess.run([program, str(threads)], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)


def operations(configuration, lengths):
    """The operations of the linear layers, and of attention, for texts of these lengths."""
    layers, hidden = configuration["num_hidden_layers"], configuration["hidden_size"]
    inner = configuration["intermediate_size"]
    # Four products with [hidden, hidden] and two with [hidden, inner]; a multiply-add is two.
    linear = sum(lengths) * layers * (8 * hidden * hidden + 4 * hidden * inner)
    # Two products of every token with every other one.
    attention = sum(length * length for length in lengths) * layers * 4 * hidden
    return linear, attention


def tokens_per_second(configuration, lengths, limit, precision):
    """How fast a class could be if there were nothing but products; attention stays in f32."""
    if precision not in limit or "f32" not in limit:
        return None
    linear, attention = operations(configuration, lengths)
    return sum(lengths) / (linear / limit[precision] + attention / limit["f32"])
