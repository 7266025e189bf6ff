"""Whether truth values make a formula true, told by trying each of its clauses in another way than the reward."""

from __future__ import annotations


def right(prompt: str, completion: str) -> bool:
    """Whether values such as ``a ~b c`` make the formula of a prompt true."""
    values = {literal[-1:]: not literal.startswith("~") for literal in completion.split(" ")}
    written = " ".join(name if value else f"~{name}" for name, value in values.items())
    formula = prompt.removesuffix(": ")
    if completion != written or not set(values) <= {name for name in formula if name.isalpha()}:
        return False
    clauses = formula.replace("(", "").replace(")", "").split("&")
    said = set(written.split(" "))
    return all(said.intersection(clause.split("|")) for clause in clauses)
