"""What hostile people type. Each string carries a mark by which a page that runs or loses it is recognised."""

PAYLOADS = [
    "<script data-p=1>alert('p1')</script>",
    "<img src=x onerror=alert('p2')>",
    "<svg onload=alert('p3')>",
    '"><b data-p=4>p4</b>',
    "' onmouseover='alert(5)",
    "javascript:alert('p6')",
    "{{7*7}}p7",
    "${7*7}p8",
    "{% raw %}p9",
    "<%= 7*7 %>p10",
    "'; DROP TABLE contact; --p11",
    '" OR "1"="1',
    "%s%n%x%d p13",
    "../../../../etc/passwd p14",
    "..\\..\\p15",
    "line\r\nSet-Cookie: p=16",
    "nul\0p17",
    "\u202egnp.p18\u202c",
    "\ufeffp19\u200b",
    '=HYPERLINK("http://x","p20")',
    "&lt;p21&gt;&amp;",
    "🜁\u0301\u0301\u0301p22",
    "p23" + "A" * 10_000,
    "\x1b[31mp24",
]
# What a query string or path may carry instead of a number.
NOT_NUMBERS = ["abc", "", "-1", "0", "1e9", "9" * 40, "9223372036854775808", "1.5", "\u0663", "null", "%00", "1;2", "'"]
# Addresses that must never be followed after a sign-in.
HOSTILE_NEXT = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "\thttps://evil.example",
    "https://localhost@evil.example/",
    "https://evil.example\\@localhost/",
]
