r"""
What it does:
    Recognises files in UTF-16 or UTF-32, which tools on Windows like to write.

Why it is bad:
    JSON that is exchanged is UTF-8. No row of such a file can be read.

Example:
    Written with Python escapes:
    \xff\xfe{\x00}\x00\n\x00

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: writes the same text as UTF-8, where all of it is JSON then. In PowerShell 5.1, `>` and `Out-File`
    write UTF-16; use `-Encoding utf8`.

Sources:
    RFC 8259, section 8.1; MicrosoftDocs/azure-ai-docs, fine-tuning.md.
"""

from turnlint.model import Fix, Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, fix=Fix("Write the file as UTF-8", safe=True, rewrite="utf-8"))
