"""Random texts of all sorts, the same for the same seed."""

import random

SPECIAL = ["[SEP]", "[CLS]", "[PAD]", "[UNK]", "[MASK]", "[SEP", "SEP]", "[[SEP]]", "[sep]", "##"]
SPACES = (
    "\t\n\v\f\r\x1c\x1f \x85\xa0\u1680\u180e\u2000\u2003\u2007\u200a\u200b\u2028\u2029\u202f"
    "\u205f\u2060\u3000\ufeff"
)
MARKS = (
    "\u0300\u0301\u0307\u0308\u0327\u0328\u0338\u0345\u034f\u05b0\u064b\u093c\u094d"
    "\u0f71\u0f72\u0f73\u20dd\u302a\u3099"
)
# Marks that change places, but are kept.
KEPT_MARKS = (
    "\u08d4\u1b44\u1dfb\u302e\u302f\ua9c0\U00011442\U0001d15f\U0001d165\U0001d16d"
    "\U0001d1bd\U0001e000\U0001e944"
)
LATIN = "aeiouAEIOUnNsSzZßſæÆœŒøØłŁđĐıİñÑüÜéÉçÇåÅảẾǆǅﬁŉẞÅK"
OTHERS = "αΑάΣςяЯёЁйЙІіქᲥՖֆאבשׁعربيहिन्दीগোதமிไทยខ្មែរမြန်မာአማርኛᏣꭰ"
EMOJI = ["😀", "👩‍👩‍👧", "🏳️‍🌈", "👍🏽", "🇩🇪", "☺️", "1️⃣", "\u200d", "\ufe0f", "\u20e3"]
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡§«»¿—–‘’“”…、。「」，！？٪۔।·‿⁂≠≮∉〜"
# The planes that have something, and how often each is asked.
PLANES = [(0, 60), (1, 20), (2, 8), (3, 3), (14, 4), (15, 1), (16, 1), (8, 1)]


class Sampler:
    """Makes texts; `real` are texts to take parts of."""

    def __init__(self, seed, real):
        self.random = random.Random(seed)
        self.real = real
        self.kinds = [
            (self.real_part, 4),
            (self.any_scalar, 3),
            (self.near_scalars, 2),
            (lambda: self.some(LATIN, 8), 3),
            (lambda: self.some(MARKS, 4), 2),
            (lambda: self.some(LATIN, 1) + self.some(MARKS, 3), 3),
            (lambda: self.some(MARKS, 2) + self.some(KEPT_MARKS, 3) + self.some(MARKS, 1), 0.3),
            (lambda: self.some(OTHERS, 6), 2),
            (lambda: self.between(0x4E00, 0x9FFF, 4), 2),
            (lambda: self.between(0x3400, 0x4DBF, 2), 1),
            (lambda: self.between(0xF900, 0xFAFF, 3), 1),
            (lambda: self.between(0x2F7F0, 0x2FA2F, 2), 1),
            (lambda: self.between(0xAC00, 0xD7A3, 4), 2),
            (lambda: self.between(0x1100, 0x11FF, 4), 1),
            (lambda: self.between(0x3040, 0x30FF, 5), 1),
            (lambda: self.random.choice(EMOJI), 2),
            (lambda: self.between(0, 0x1F, 2), 1),
            (lambda: self.some(SPACES, 2), 4),
            (lambda: self.some(PUNCTUATION, 3), 3),
            (lambda: self.random.choice(SPECIAL), 2),
            (self.long_word, 1),
            (lambda: " ", 6),
        ]
        self.weights = [weight for _, weight in self.kinds]

    def text(self):
        count = self.random.choice([1, 2, 3, 5, 8, 12, 20])
        parts = self.random.choices(self.kinds, self.weights, k=count)
        return "".join(make() for make, _ in parts)

    def some(self, alphabet, most):
        return "".join(self.random.choices(alphabet, k=self.random.randint(1, most)))

    def between(self, first, last, most):
        count = self.random.randint(1, most)
        return "".join(chr(self.random.randint(first, last)) for _ in range(count))

    def any_scalar(self):
        planes, weights = zip(*PLANES)
        plane = self.random.choices(planes, weights)[0]
        value = plane << 16 | self.random.randrange(0x10000)
        # Surrogates are no scalars.
        return chr(value) if not 0xD800 <= value < 0xE000 else "\ufffd"

    def near_scalars(self):
        """Several of one block."""
        first = ord(self.any_scalar()) & ~0x3F
        return "".join(chr(first + self.random.randrange(0x40)) for _ in range(4))

    def real_part(self):
        """A stretch of real text, in which a few characters may be others."""
        text = self.random.choice(self.real)
        start = self.random.randrange(len(text))
        part = list(text[start : start + self.random.randint(1, 80)])
        for _ in range(self.random.choice([0, 0, 1, 3])):
            place = self.random.randrange(len(part))
            part[place] = self.random.choice(
                ["", part[place].upper(), self.some(MARKS, 1), self.any_scalar(), part[place] * 2]
            )
        return "".join(part)

    def long_word(self):
        """A word about as long as words may be."""
        return self.some("abcdeé", 3) * self.random.randint(20, 110)
