"""Commands that start processes or follow them: the stack, the demo, scans."""
