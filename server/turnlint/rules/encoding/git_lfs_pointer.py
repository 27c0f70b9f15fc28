"""
What it does:
    Recognises a Git LFS pointer: the three lines that stand for a large file that was not fetched.

Why it is bad:
    The data is not there. Uploading the pointer fails, or a job runs on nothing.

Example:
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 12345

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None. Fetch the data with `git lfs pull`; in CI, check out with LFS.

Sources:
    git-lfs/git-lfs, docs/spec.md.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR)
