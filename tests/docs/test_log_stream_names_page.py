"""docs/log-stream-names.md lists the placeholders that there are for log streams."""

import re

from cordwood.name_template import PLACEHOLDERS, UPLOAD_SCOPES
from paths import ROOT

PAGE = (ROOT / "docs" / "log-stream-names.md").read_text()


def test_the_page_lists_every_placeholder_of_an_upload() -> None:
    listed = re.findall(r"^\| `\{(\w+)\}`", PAGE, re.MULTILINE)
    assert listed == [name for name, placeholder in PLACEHOLDERS.items() if placeholder.scope in UPLOAD_SCOPES]
