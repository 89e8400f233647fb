"""The settings of the workspace: its name, its timezone, its currency."""
