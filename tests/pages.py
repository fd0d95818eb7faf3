"""The pages of the rulebook, taken apart as `adamw_lint.testing` takes those of plug-ins apart."""

from adamw_lint.pages import own_pages
from adamw_lint.testing.pages import MARK as MARK
from adamw_lint.testing.pages import Block as Block
from adamw_lint.testing.pages import Example as Example
from adamw_lint.testing.pages import blocks as blocks
from adamw_lint.testing.pages import examples as examples
from adamw_lint.testing.pages import only as only
from adamw_lint.testing.pages import project as project
from adamw_lint.testing.pages import refresh as refresh
from adamw_lint.testing.pages import reported as reported
from adamw_lint.testing.pages import rewritten as rewritten
from adamw_lint.testing.pages import source_of as source_of

ON = tuple(name for name, page in own_pages().items() if page.default)
PATHS = {name: page.path for name, page in own_pages().items()}
