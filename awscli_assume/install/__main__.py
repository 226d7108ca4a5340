"""Run ``awscli-assume`` as a module.

The copy in ``~/.aws/cli/plugins`` outlives the environment that it was made from. From it,
``PYTHONPATH=~/.aws/cli/plugins python3 -m awscli_assume.install disable`` still works.
"""

from awscli_assume.install.command import main

raise SystemExit(main())
