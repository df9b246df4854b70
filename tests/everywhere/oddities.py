"""Odd values, by what is odd about them: text, numbers, dates and addresses that some reader takes amiss."""

BREAKS = ("a\nb", "a\rb", "a\r\nb", "a\x0bb", "a\x0cb", "a\x1cb", "a\x85b", "a\u2028b", "a\u2029b", "\n", "\u2028")
"""Every character at which Python, a browser or a mail program begins a new line."""
TURNED = ("\u202ea", "a\u2066b", "\u202aa\u202c", "a\u2069")
"""Text that turns what follows it around."""
UNSEEN = (
    "   ",
    "\u200b",
    "\u200b\u200d",
    "\u3164",
    "\u2800",
    "\u00ad",
    "\ufeff",
    "\u180e",
    "\u034f",
    "\u115f",
    "\u0301",
)
"""Text of which nothing is seen."""
NEVER = ("\x00", "a\x00b", "\x1b[31m", "\x7f", "\ud83d", "\ufffe")
"""Characters that no text has: controls, half of a pair, and a code point that is no character."""
NUMBERS = (
    "²",
    "٣",
    "१२३४५६",
    "１２",
    "Ⅷ",
    "½",
    "-1",
    "+1",
    "1_0",
    "0x10",
    "1e2",
    "1e400",
    "1e999",
    "-0.0",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "1,5",
    "2147483648",
    "9223372036854775808",
    "9" * 400,
    "9" * 5000,
)
"""Digits of other scripts, and numbers that no column or no reader holds."""
DATES = (
    "0000-00-00",
    "0001-01-01",
    "0001-01-01T00:00",
    "1066-10-14",
    "2026-02-30",
    "2026-02-30T25:61",
    "2026-06-28T23:59:60",
    "2026-06-28T24:00",
    "2026-06-28T10:00+99:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "10000-01-01",
    "99999-01-01T00:00",
    "1782810000",
    "25:61",
    "99999999999:00",
)
"""Days that no calendar has, or none that this one reaches from every time zone."""
ADDRESSES = (
    "http://[",
    "http://evil.example",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:a@b",
    "a@[",
    "a@[127.0.0.1]",
    "a@b@c",
    '"a\n"@example.org',
    "é@é.é",
    "a@" + "b" * 300 + ".org",
    "../../etc/passwd",
)
"""Addresses that lead elsewhere, or on which a reader of addresses fails."""
OTHERS = (
    "x" * 6000,
    "👏🏽" * 3000,
    "e\u0301" * 200 + "\u0301" * 200,
    "<script>alert(1)</script>' OR 1=1 --",
    "{{ 7 * 7 }}",
    "%s%n{0}{name}",
    "%",
    "null",
    "[]",
    '{"a":' * 500,
    "3f1c2f6e-8a0b-4d39-9d2e-0c7a5b1e4f60",
    "{3F1C2F6E-8A0B-4D39-9D2E-0C7A5B1E4F60}",
)
ODD = {
    "text": BREAKS + TURNED + UNSEEN + NEVER,
    "numbers": NUMBERS + DATES,
    "addresses": ADDRESSES,
    "others": OTHERS,
}
