"""Problems for rewards of libraries that bring none, with solutions in the forms that they ask for."""

from __future__ import annotations

from typing import Any

from examples.audit import judges

SUMS = {"17+25=": "42", "9*12=": "108", "500-137=": "363", "1200+34=": "1234"}
BOXED = {prompt: f"\\boxed{{{answer}}}" for prompt, answer in SUMS.items()}
HASHED = {prompt: f"#### {answer}" for prompt, answer in SUMS.items()}
THOUGHT = {prompt: f"<think>a sum</think>{boxed}" for prompt, boxed in BOXED.items()}
DAPO = {prompt: f"Answer: {answer}" for prompt, answer in SUMS.items()}
FACTS = {"Capital of Norway?": "Oslo", "Who wrote Beloved?": "Toni Morrison", "Largest ocean?": "Pacific Ocean"}
CHOICES = {"A prime? A: 21 B: 23 C: 25 D: 27": "B", "A mammal? A: whale B: trout C: eagle D: newt": "A"}
SEARCHED: dict[str, Any] = {
    "prompts": list(FACTS),
    "solutions": [{"target": [answer]} for answer in FACTS.values()],
    "golds": [f"<answer>{answer}</answer>" for answer in FACTS.values()],
    "correct": judges.tagged,
}
CALLS = {
    "Weather in Turin?": '<think>one call</think>\n<tool_call>\n{"name": "weather", "parameters": {"city": "Turin"}}\n'
    "</tool_call>",
    "Set a timer of 12 minutes.": '<think>one call</think>\n<tool_call>\n{"name": "timer", "parameters": '
    '{"minutes": 12}}\n</tool_call>',
}
