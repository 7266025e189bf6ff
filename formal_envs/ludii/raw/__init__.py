"""Files as Ludii's authors write them: macros, options, rulesets and ranges, expanded to the text of one game."""
